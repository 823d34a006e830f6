export { createEngine, ENGINE_VERSION, type EngineOptions } from './create-engine.ts';
export type { Engine, FileStart, Match, MatchListener } from './engine.ts';
export type { Rng, Rule } from './rule.ts';
export { builtInRules } from './rules/index.ts';
export { ruleSetHash } from './rule-set.ts';
export { redact, scanText } from './text.ts';
