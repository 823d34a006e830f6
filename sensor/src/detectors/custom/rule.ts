import { RE2JS } from 're2js';
import type { Expression, PatternMatch, Rule } from '../rule.ts';
import { requiredLiteral } from './required-literal.ts';
import type { CustomRule } from './spec.ts';

/** Custom rules as rules of the engine. Their expressions run by re2js, in time linear in the window, and on windows only. */
export function rulesOf(custom: readonly CustomRule[]): readonly Rule[] {
  return custom.map(ruleOf);
}

function ruleOf({ id, name, confidence, anchor, pattern, window }: CustomRule): Rule {
  return {
    id,
    name,
    confidence,
    anchors: anchorsOf(anchor),
    pattern: { source: pattern, flags: '', linear: () => new LinearExpression(pattern) },
    around: window,
    ...requirementOf(pattern),
    anywhere: true,
    ...(anchor.kind === 'prefix' ? { prefix: anchor.text } : {}),
    examples: () => [],
    nearMisses: () => [],
  };
}

/** A word that every match holds, looked for before the expression: most windows have it not. */
function requirementOf(pattern: string): { readonly requires?: RegExp } {
  const literal = requiredLiteral(pattern);
  return literal === null ? {} : { requires: new RegExp(literal.replaceAll(/[^A-Za-z0-9]/g, String.raw`\$&`), 'i') };
}

function anchorsOf(anchor: CustomRule['anchor']): Rule['anchors'] {
  switch (anchor.kind) {
    case 'prefix':
      return { prefixes: [anchor.text] };
    case 'literal':
      return { texts: [anchor.text] };
    case 'keyword':
      return { keywords: [anchor.text.toLowerCase()], run: anchor.run };
  }
}

/** re2js with the few members of a RegExp that the engine uses. */
class LinearExpression implements Expression {
  readonly #compiled: RE2JS;
  readonly #hasSecret: boolean;
  lastIndex = 0;

  constructor(pattern: string) {
    this.#compiled = RE2JS.compile(pattern);
    this.#hasSecret = 'secret' in this.#compiled.namedGroups();
  }

  exec(text: string): PatternMatch | null {
    const matcher = this.#compiled.matcher(text);
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0;
      return null;
    }
    this.lastIndex = matcher.end();
    const groups = this.#hasSecret ? { secret: matcher.group('secret') ?? undefined } : {};
    return { 0: matcher.group() ?? '', index: matcher.start(), groups };
  }
}
