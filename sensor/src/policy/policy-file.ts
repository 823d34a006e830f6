import { readFile, stat } from 'node:fs/promises';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** A policy is written by hand; this is a list of ten thousand repositories. */
const POLICY_BYTES_MAX = 1 << 20;
const RULES_MAX = 10_000;

const list = (pattern: string) => Type.Optional(Type.Array(Type.String({ pattern, maxLength: 2_048 }), { maxItems: RULES_MAX }));

/** The file's shape; a member left out allows nothing, but for `repositories`, which then allows every one. `*` stands for any run of characters. */
const PolicySchema = Type.Object(
  {
    accounts: list('^\\d{12}$'),
    regions: list('^[a-z0-9-]{1,64}$'),
    repositories: list('^[a-z0-9*][a-z0-9._/*-]{0,255}$'),
    roles: list('^arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/*-]{1,512}$'),
    hosts: list('^[a-z0-9.-]{1,253}(:\\d{1,5})?$'),
  },
  { additionalProperties: false },
);

/** What the operator allows, as the file has it. A list left out allows nothing, but for `repositories`, which then allows every one. */
export type PolicyRules = Static<typeof PolicySchema>;

const validator = Compile(PolicySchema);

/** @throws config.invalid naming the file and what is wrong where. */
export async function readPolicyFile(file: string): Promise<PolicyRules> {
  const value = parse(file, await read(file));
  if (validator.Check(value)) return value;
  const [error] = validator.Errors(value);
  throw invalid(file, error ? `${error.instancePath || '/'} ${error.message}` : 'another shape');
}

async function read(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > POLICY_BYTES_MAX) throw invalid(file, `more than ${POLICY_BYTES_MAX} bytes`);
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw cause instanceof TidewaiterError ? cause : invalid(file, 'a file that cannot be read', cause);
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(file, 'no JSON', cause);
  }
}

function invalid(file: string, got: string, cause?: unknown): TidewaiterError {
  return new TidewaiterError('config.invalid', {
    which: `TIDEWAITER_POLICY_FILE ${file}`,
    got,
    want: '{"accounts": [], "regions": [], "repositories": [], "roles": [], "hosts": []}',
    remedy: 'Correct the file, or unset the variable to allow only the sensor’s own account and region.',
    cause,
  });
}
