import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A text that was looked through, by where it stood. */
export interface Searched {
  readonly path: string;
  readonly text: string;
}

/** Something that must stand nowhere but, if anywhere, in paths like `keptIn`. */
export interface Sought {
  readonly name: string;
  readonly secret: string | Buffer;
  readonly keptIn?: RegExp;
}

/** The forms in which a secret could lie somewhere: plain, escaped, base64 at each alignment, hex, percent. */
export function formsOf(secret: string | Buffer): readonly string[] {
  const bytes = typeof secret === 'string' ? Buffer.from(secret) : secret;
  const text = bytes.toString('latin1');
  const base64 = [0, 1, 2].map((pad) => base64At(bytes, pad));
  const plain = typeof secret === 'string' ? secret : text;
  const percent = typeof secret === 'string' ? encodeURIComponent(secret) : text;
  const all = [
    text,
    plain,
    JSON.stringify(plain).slice(1, -1),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    percent,
    percent.replaceAll(/%../g, (escape) => escape.toLowerCase()),
  ];
  return [...new Set(all)];
}

/** The characters that are the same whatever stands before (`pad` bytes beyond a multiple of three) and after it. */
function base64At(bytes: Buffer, pad: number): string {
  const text = Buffer.concat([Buffer.alloc(pad), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  return text.slice(pad === 0 ? 0 : pad + 1, (pad + bytes.length) % 3 === 0 ? undefined : -1);
}

/** Every file below a folder, with its bytes as latin1 text. */
export async function readTree(folder: string, skip: (path: string) => boolean): Promise<readonly Searched[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (skip(path)) return [];
      if (entry.isDirectory()) return readTree(path, skip);
      return [{ path, text: await readFile(path, 'latin1') }];
    }),
  );
  return nested.flat();
}

/** `where: what` for each that stands in one of `texts` in any form. */
export function leaksIn(texts: readonly Searched[], sought: readonly Sought[]): readonly string[] {
  return sought.flatMap(({ name, secret, keptIn }) => {
    const forms = formsOf(secret);
    const holds = ({ path, text }: Searched): boolean => keptIn?.test(path) !== true && forms.some((form) => text.includes(form));
    return texts.filter(holds).map(({ path }) => `${path}: ${name}`);
  });
}
