import { open } from 'node:fs/promises';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type ChosenRules, checkNames, chooseRules, readCustomRules, RULES_FILE_BYTES_MAX } from '../detectors/index.ts';

/** Which detectors are asked for, and where that is said. */
export interface DetectorSources {
  readonly rulesFile: string | null;
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  /** Names of the options or variables, for messages. */
  readonly named: { readonly rulesFile: string; readonly enable: string; readonly disable: string };
}

/** @throws config.invalid: a file that cannot be read or is not valid, a name that is no detector's. */
export async function loadDetectors({ rulesFile, enable, disable, named }: DetectorSources): Promise<ChosenRules> {
  const custom = rulesFile === null ? [] : await readCustomRules(await readText(rulesFile, named.rulesFile), rulesFile);
  checkNames(enable, custom, named.enable);
  checkNames(disable, custom, named.disable);
  return chooseRules({ enable, disable, custom });
}

/** At most a byte more than a file may have: what is longer is refused by its length, not read. */
async function readText(path: string, which: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const bytes = Buffer.alloc(RULES_FILE_BYTES_MAX + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < bytes.length; length += read) ({ bytesRead: read } = await file.read(bytes, length));
      return bytes.toString('utf8', 0, length);
    } finally {
      await file.close();
    }
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : 'an error';
    throw new TidewaiterError('config.invalid', { which, got, want: 'a YAML file of rules, see docs/custom-rules.md', cause });
  }
}
