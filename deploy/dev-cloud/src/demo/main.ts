/**
 * The demo: a push becomes an incident, on this machine. Words: `usage` below.
 * Exit code 0 only if each planted secret became exactly one incident; 2 when a word is wrong, told before anything starts;
 * 129, 130 and 143 when SIGHUP, SIGINT and SIGTERM end it before its summary.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { endAsked } from './end-asked.ts';
import { runDemo } from './run.ts';

const usage = `npm run demo -- [--once] [--json] [--seed N] [--push oci:DIR[:TAG]]... [--folder DIR]

  --once      end when the work is done, instead of staying up until Ctrl-C
  --json      print one JSON summary instead of the live view; what else is said goes to standard error
  --seed N    other secrets in the same places: an integer, 1 without it
  --push      push an image layout of your own, too; may be given often
  --folder    where keys, databases and logs of this run lie, and stay when a signal ends it early; .demo without it, and then they go
`;

function refuse(message: string): never {
  console.error(`${message} (npm run demo -- --help says the words)`);
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
        folder: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const values = wordsOf();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const seed = Number(values.seed);
if (!Number.isInteger(seed)) refuse(`--seed wants an integer, got ${values.seed}`);
for (const reference of values.push) {
  const [, folder] = /^oci:([^:]+)(?::(.+))?$/.exec(reference) ?? [];
  if (folder === undefined) refuse(`--push wants oci:DIR or oci:DIR:TAG, got ${reference}`);
  if (!existsSync(`${folder}/index.json`)) refuse(`--push wants an OCI image layout, got ${folder}, which has no index.json`);
}
const { once, json, push: pushes, folder } = values;
process.exitCode = await runDemo({ once, json, seed, pushes, folder }, endAsked());
