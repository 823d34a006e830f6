import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The forms in which a secret could lie somewhere: plain, base64 at each alignment, hex, percent. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((pad) => {
    const text = Buffer.concat([Buffer.alloc(pad), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(pad === 0 ? 0 : pad + 1, bytes.length % 3 === 0 ? undefined : -1);
  });
  const escaped = JSON.stringify(secret).slice(1, -1);
  const all = [
    secret,
    escaped,
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(secret),
  ];
  return [...new Set(all)];
}

/** Every file below a folder, with its bytes as latin1 text. */
export async function readTree(
  folder: string,
  skip: (path: string) => boolean,
): Promise<readonly { readonly path: string; readonly text: string }[]> {
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

/** `where: what` for each of `secrets` that stands in one of `texts` in any form. */
export function leaksIn(
  texts: readonly { readonly path: string; readonly text: string }[],
  secrets: readonly { readonly name: string; readonly text: string }[],
): readonly string[] {
  return secrets.flatMap(({ name, text: secret }) => {
    const forms = formsOf(secret);
    return texts.filter(({ text }) => forms.some((form) => text.includes(form))).map(({ path }) => `${path}: ${name}`);
  });
}
