import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runPeer } from './run-peer.ts';

/** Debian packages beside the base system: interpreters, docs and certificates with much that looks like a secret and is none. */
const PACKAGES = 'python3,perl,git,openssl,ca-certificates';
const SUITE = 'bookworm';
/** What a build of a real image removes, since the base images of Debian do not hold it either. */
const LEFTOVERS = ['var/cache/apt/archives', 'var/lib/apt/lists'];

/**
 * A real Debian image as an OCI layout under tag `base`: debootstrap makes the root, umoci the layer. Kept in `folder` and used again
 * when it is there. Takes about a minute the first time, and root's rights.
 */
export async function debianBase(folder: string): Promise<string> {
  const layout = join(folder, 'oci');
  const [root, bundle, done] = [join(folder, 'root'), join(folder, 'bundle'), join(folder, 'done')];
  if (existsSync(done)) return layout;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await runPeer('debootstrap', '--variant=minbase', `--include=${PACKAGES}`, SUITE, root);
  for (const leftover of LEFTOVERS) await empty(join(root, leftover));
  await runPeer('umoci', 'init', '--layout', layout);
  await runPeer('umoci', 'new', '--image', `${layout}:base`);
  await runPeer('umoci', 'unpack', '--image', `${layout}:base`, bundle);
  await rm(join(bundle, 'rootfs'), { recursive: true });
  await rename(root, join(bundle, 'rootfs'));
  await runPeer('umoci', 'repack', '--image', `${layout}:base`, '--history.created_by', 'ADD rootfs.tar / # buildkit', bundle);
  await runPeer('umoci', 'gc', '--layout', layout);
  await rm(bundle, { recursive: true });
  await writeFile(done, '');
  return layout;
}

async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
}
