/**
 * The demo: a push becomes an incident, on this machine. `npm run demo -- [--once] [--json] [--seed N] [--push oci:DIR] [--folder DIR]`.
 * Exit code 0 only if each planted secret became exactly one incident.
 */
import { parseArgs } from 'node:util';
import { runDemo } from './run.ts';

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    push: { type: 'string', multiple: true, default: [] },
    folder: { type: 'string', default: '.demo' },
  },
});

const seed = Number(values.seed);
if (!Number.isInteger(seed)) {
  console.error(`--seed wants an integer, got ${values.seed}`);
  process.exit(2);
}
process.exitCode = await runDemo({ once: values.once, json: values.json, seed, pushes: values.push, folder: values.folder });
