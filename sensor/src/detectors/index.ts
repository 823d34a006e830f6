export { createEngine, ENGINE_VERSION } from './create-engine.ts';
export type { Drop, Engine, Match, MatchListener } from './engine.ts';
export { feed } from './feed.ts';
export type { Rule } from './rule.ts';
export { builtInRules } from './rules/index.ts';
export {
  type ChosenRules,
  type CustomRule,
  checkNames,
  chooseRules,
  type RuleChoice,
  RULES_FILE_BYTES_MAX,
  readCustomRules,
  usualRules,
} from './choice.ts';
export { ruleSetHash } from './rule-set.ts';
export { TextDetector } from './text.ts';
