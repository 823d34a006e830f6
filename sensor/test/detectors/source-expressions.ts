import { globSync, readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'oxc-parser';

const ROOT = new URL('../../../', import.meta.url).pathname;

/** An expression, and where it was met. */
export interface Expression {
  readonly source: string;
  readonly flags: string;
  readonly place: string;
}

/** What the sensor's own code, and what it shares with the control plane, says of expressions. */
export interface SourceExpressions {
  readonly literals: readonly Expression[];
  /** `path:line` of each place that makes one at run time. */
  readonly makers: readonly string[];
}

export function expressionsInSources(): SourceExpressions {
  const literals: Expression[] = [];
  const makers: string[] = [];
  for (const path of globSync('{sensor,shared}/src/**/*.ts', { cwd: ROOT })) {
    const text = readFileSync(ROOT + path, 'utf8');
    const place = (at: number): string => `${path}:${text.slice(0, at).split('\n').length}`;
    const make = ({ callee, start }: { readonly callee: { readonly type: string }; readonly start: number }): void => {
      if (callee.type === 'Identifier' && 'name' in callee && callee.name === 'RegExp') makers.push(place(start));
    };
    new Visitor({
      Literal(node) {
        if ('regex' in node && node.regex) literals.push({ source: node.regex.pattern, flags: node.regex.flags, place: place(node.start) });
      },
      NewExpression: make,
      CallExpression: make,
    }).visit(parseSync(path, text).program);
  }
  return { literals, makers };
}

/** From now on every expression that this thread makes by `new RegExp` is noted. Literals are not made this way. */
export function noteMade(): readonly Expression[] {
  const made: Expression[] = [];
  globalThis.RegExp = new Proxy(RegExp, {
    construct(target, words, newTarget): object {
      const expression: unknown = Reflect.construct(target, words, newTarget);
      const frame = (new Error().stack ?? '').split('\n').find((line) => /\/(?:sensor|shared)\/src\//.test(line));
      const place = /((?:sensor|shared)\/src\/[^:]*:\d+):/.exec(frame ?? '')?.[1];
      if (place === undefined || !(expression instanceof target)) return Object(expression);
      const { source, flags } = expression;
      made.push({ source, flags, place });
      return expression;
    },
  });
  return made;
}
