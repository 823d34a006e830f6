import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian packages beside the base system: interpreters, docs and certificates with much that looks like a secret and is none. */
const PACKAGES = 'python3,perl,git,openssl,ca-certificates';
const SUITE = 'bookworm';
const OUTPUT_BYTES_MAX = 64 << 20;

const peer = async (command: string, args: readonly string[], cwd?: string): Promise<void> => {
  await run(command, [...args], { maxBuffer: OUTPUT_BYTES_MAX, ...(cwd === undefined ? {} : { cwd }) });
};

/**
 * A real Debian image as an OCI layout under tag `base`: debootstrap makes the root, umoci the layer. Kept in `folder` and used again
 * when it is there. Takes about a minute the first time.
 */
export async function debianBase(folder: string): Promise<string> {
  const layout = join(folder, 'oci');
  if (existsSync(join(folder, 'done'))) return layout;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await peer('debootstrap', ['--variant=minbase', `--include=${PACKAGES}`, SUITE, join(folder, 'root')]);
  await peer('umoci', ['init', '--layout', layout]);
  await peer('umoci', ['new', '--image', `${layout}:base`]);
  await peer('umoci', ['unpack', '--image', `${layout}:base`, join(folder, 'bundle')]);
  await rm(join(folder, 'bundle', 'rootfs'), { recursive: true });
  await rename(join(folder, 'root'), join(folder, 'bundle', 'rootfs'));
  await peer('umoci', ['repack', '--image', `${layout}:base`, join(folder, 'bundle')]);
  await rm(join(folder, 'bundle'), { recursive: true });
  await writeFile(join(folder, 'done'), '');
  return layout;
}

/** The layers and config of the image under `tag` of a layout. */
export async function readImage(
  layout: string,
  tag: string,
): Promise<{ readonly layers: readonly { digest: string; size: number; mediaType: string }[]; readonly diffIds: readonly string[] }> {
  const json = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, 'utf8')) as T;
  const blob = (digest: string): string => join(layout, 'blobs', 'sha256', digest.slice(7));
  const index = await json<{ manifests: readonly { digest: string; annotations: Record<string, string> }[] }>(join(layout, 'index.json'));
  const entry = index.manifests.find((manifest) => manifest.annotations['org.opencontainers.image.ref.name'] === tag);
  if (!entry) throw new Error(`the layout holds no tag ${tag}`);
  const manifest = await json<{ config: { digest: string }; layers: readonly { digest: string; size: number; mediaType: string }[] }>(
    blob(entry.digest),
  );
  const config = await json<{ rootfs: { diff_ids: readonly string[] } }>(blob(manifest.config.digest));
  return { layers: manifest.layers, diffIds: config.rootfs.diff_ids };
}
