/**
 * The demo: a push becomes an incident, on this machine. `npm run demo -- [--once] [--json] [--seed N] [--push oci:DIR] [--folder DIR]`.
 * Exit code 0 only if each planted secret became exactly one incident; 2 when a word is wrong, told before anything starts.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runDemo } from './run.ts';

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

function wordsOf() {
  try {
    return parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        push: { type: 'string', multiple: true, default: [] },
        folder: { type: 'string', default: '.demo' },
      },
    }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const values = wordsOf();
const seed = Number(values.seed);
if (!Number.isInteger(seed)) refuse(`--seed wants an integer, got ${values.seed}`);
for (const reference of values.push) {
  const [, folder] = /^oci:([^:]+)(?::(.+))?$/.exec(reference) ?? [];
  if (folder === undefined) refuse(`--push wants oci:DIR or oci:DIR:TAG, got ${reference}`);
  if (!existsSync(`${folder}/index.json`)) refuse(`--push wants an OCI image layout, got ${folder}, which has no index.json`);
}
process.exitCode = await runDemo({ once: values.once, json: values.json, seed, pushes: values.push, folder: values.folder });
