import { createPassMemory } from '../../memory/index.ts';
import { TextDetector } from '../text.ts';
import { rulesOf } from './rule.ts';
import type { CustomRule } from './spec.ts';

/** Texts of a rule's file: in each of `match` the rule must find something, in none of `miss`. */
export interface Examples {
  readonly match: readonly string[];
  readonly miss: readonly string[];
}

interface ExampleFault {
  readonly field: string;
  readonly got: string;
  readonly want: string;
}

/** Tries a rule on its examples with the engine itself, both passes. Tells them by number: their text is no thing for a log. */
export function faultOfExamples(rule: CustomRule, { match, miss }: Examples): readonly ExampleFault[] {
  const texts = new TextDetector(rulesOf([rule]), createPassMemory);
  const finds = (text: string): boolean => texts.matches(text).length > 0;
  return [
    ...match.flatMap((text, at) => (finds(text) ? [] : [{ field: `examples.match[${at}]`, got: 'no match', want: whyNot(rule, text) }])),
    ...miss.flatMap((text, at) => (finds(text) ? [{ field: `examples.miss[${at}]`, got: 'a match', want: 'none' }] : [])),
  ];
}

/** What is most likely missing. */
function whyNot({ anchor, pattern }: CustomRule, text: string): string {
  const holds = text.toLowerCase().includes(anchor.text.toLowerCase());
  if (!holds) return `a text that holds the ${anchor.kind} ${anchor.text}`;
  const [rule] = rulesOf([{ id: 'x', name: 'x', confidence: 'likely', anchor, pattern, window: [0, 0] }]);
  if (rule?.pattern.linear?.('g').exec(text) === null) return 'a text that the pattern matches';
  return anchor.kind === 'literal'
    ? 'a match that covers the literal, and no placeholder'
    : `a match beside a run of 16 or more characters of [A-Za-z0-9_-] that the ${anchor.kind} ${anchor.kind === 'prefix' ? 'begins' : 'stands before, looking random'}, and no placeholder`;
}
