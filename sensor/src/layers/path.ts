const SLASH = 0x2f;
const DOT = 0x2e;

/**
 * A tar path as the runtimes take it (Go's path.Clean of "/" + path): no leading `./` or `/`, no empty, `.` or `..` segment, no slash at
 * its end. Works on bytes: a path need not be UTF-8.
 */
export function cleanPath(raw: Uint8Array): Uint8Array {
  let [from, to] = [0, raw.length];
  while (from < to && (raw[from] === SLASH || (raw[from] === DOT && (raw[from + 1] === SLASH || from + 1 === to)))) from++;
  while (to > from && raw[to - 1] === SLASH) to--;
  const trimmed = raw.subarray(from, to);
  return isClean(trimmed) ? trimmed : rebuild(trimmed);
}

/** True when no segment is empty, `.` or `..`. */
function isClean(path: Uint8Array): boolean {
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== SLASH) continue;
    const length = at - start;
    const isDots = length <= 2 && path[start] === DOT && (length === 1 || path[start + 1] === DOT);
    if ((length === 0 && path.length > 0) || (isDots && length > 0)) return false;
    start = at + 1;
  }
  return true;
}

function rebuild(path: Uint8Array): Uint8Array {
  const kept: string[] = [];
  for (const segment of Buffer.from(path).toString('latin1').split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return Buffer.from(kept.join('/'), 'latin1');
}

/** Where the last segment begins. */
const baseAt = (path: Uint8Array): number => path.lastIndexOf(SLASH) + 1;

/** What an entry does to the layers below (OCI image-spec, layer.md, Whiteouts), with the path it concerns. */
export type PathEffect = { readonly kind: 'write' | 'whiteout' | 'opaque'; readonly path: Uint8Array } | { readonly kind: 'none' };

const WHITEOUT = Buffer.from('.wh.');
const META = Buffer.from('.wh..wh.');
const OPAQUE = Buffer.from('.wh..wh..opq');

/** @param path a clean path. */
export function effectOf(path: Uint8Array): PathEffect {
  const at = baseAt(path);
  if (path[at] !== DOT || !startsWith(path, at, WHITEOUT)) return { kind: 'write', path };
  const folder = path.subarray(0, Math.max(0, at - 1));
  if (path.length - at === OPAQUE.length && startsWith(path, at, OPAQUE)) return { kind: 'opaque', path: folder };
  // Other names under .wh..wh. are AUFS's own files; the runtimes skip them.
  if (startsWith(path, at, META)) return { kind: 'none' };
  const name = path.subarray(at + WHITEOUT.length);
  // `.wh.`, `.wh..` and `.wh...` name a folder itself or the one above: the runtimes refuse such a layer (containerd archive/tar.go), so it
  // must not pass for one that deletes everything.
  if (isDots(name)) return { kind: 'none' };
  return { kind: 'whiteout', path: folder.length === 0 ? name : Buffer.concat([folder, Buffer.of(SLASH), name]) };
}

const isDots = (name: Uint8Array): boolean => name.length <= 2 && name.every((byte) => byte === DOT);

function startsWith(path: Uint8Array, at: number, prefix: Uint8Array): boolean {
  if (path.length - at < prefix.length) return false;
  for (let byte = 0; byte < prefix.length; byte++) if (path[at + byte] !== prefix[byte]) return false;
  return true;
}

/** The folders a path lies in, nearest first, as bytes; the root is the empty path and last. */
export function parentsOf(path: Uint8Array, most: number): readonly Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let at = path.lastIndexOf(SLASH); at > 0 && parents.length < most - 1; at = path.lastIndexOf(SLASH, at - 1))
    parents.push(path.subarray(0, at));
  if (path.length > 0) parents.push(path.subarray(0, 0));
  return parents;
}
