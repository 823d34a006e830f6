import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { CustomRule } from './custom/spec.ts';
import type { Rule } from './rule.ts';
import { builtInRules } from './rules/index.ts';
import { optInRules } from './rules/opt-in.ts';

const allRules: readonly Rule[] = [...builtInRules, ...optInRules(builtInRules)];

export { type CustomRule, RULES_FILE_BYTES_MAX } from './custom/spec.ts';

/** Which detectors are at work, as data: it goes to the workers, which make the rules of it. */
export interface RuleChoice {
  /** Names of detectors that are off unless asked for. */
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  readonly custom: readonly CustomRule[];
}

/** A choice and the rules it makes. */
export interface ChosenRules {
  readonly choice: RuleChoice;
  readonly rules: readonly Rule[];
}

/** What is at work where nobody chose. */
export const usualRules: ChosenRules = {
  choice: { enable: [], disable: [], custom: [] },
  rules: builtInRules,
};

/** The rules of a choice: what is disabled is off, whoever enabled it. The engine of users' expressions is loaded for custom rules only. */
export async function chooseRules(choice: RuleChoice): Promise<ChosenRules> {
  const { enable, disable, custom } = choice;
  const own = custom.length === 0 ? [] : (await import('./custom/rule.ts')).rulesOf(custom);
  const isOn = ({ id, optIn }: Rule): boolean => (optIn !== true || enable.includes(id)) && !disable.includes(id);
  return { choice, rules: [...allRules, ...own].filter(isOn) };
}

/** @throws config.invalid naming every name that is no detector's. `which`: where the names come from. */
export function checkNames(names: readonly string[], custom: readonly CustomRule[], which: string): void {
  const known = new Set([...allRules, ...custom].map(({ id }) => id));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new TidewaiterError('config.invalid', {
    which,
    got: unknown.map((name) => JSON.stringify(name.slice(0, 64))).join(', '),
    want: 'names of detectors, as findings have them',
    remedy: 'docs/detectors.md lists them; custom rules go by their id.',
  });
}

/** Reads a file of custom rules (docs/custom-rules.md). @throws config.invalid naming all that is wrong, by line and field. */
export async function readCustomRules(text: string, file: string): Promise<readonly CustomRule[]> {
  const { readRules } = await import('./custom/read.ts');
  return readRules(text, file, new Set(allRules.map(({ id }) => id)));
}
