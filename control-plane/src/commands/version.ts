import { readFileSync } from 'node:fs';

/** The package's version; both src/commands and dist/commands lie two folders below its package.json. */
export function readVersion(): string {
  const json: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof json === 'object' && json !== null && 'version' in json ? String(json.version) : 'unknown';
}
