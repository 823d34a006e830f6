// Where a scan's time goes: node stages.ts LAYERS, a JSON list of BenchLayer. Reads the layers one after another on this thread, as a worker
// does: once to warm up, once with a clock around each stage, once with a clock around each rule. bench/main.ts runs it.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { builtInRules, type Rule } from '../src/detectors/index.ts';
import type { Expression, PatternMatch } from '../src/detectors/rule.ts';
import { ephemeralKeyOf, FINGERPRINT_KEY_BYTES } from '../src/fingerprint/index.ts';
import { readLayer } from '../src/layers/index.ts';
import { withNestedContent } from '../src/nested/index.ts';
import { openFactTools } from '../src/scan/fact-tools.ts';
import { LayerFacts } from '../src/scan/layer-facts.ts';
import { scanLimits } from '../src/scan/limits.ts';
import type { BenchLayer } from './layout.ts';

const CHUNK_BYTES = 1 << 20;
const COSTLIEST = 10;

/** Time by stage; a stage that another one calls has only its own. */
class StageClock {
  readonly milliseconds = new Map<string, number>();
  #stage = 'tar';
  #since = performance.now();

  timed<A extends readonly unknown[], R>(stage: string, work: (...words: A) => R): (...words: A) => R {
    return (...words) => {
      const outer = this.enter(stage);
      try {
        return work(...words);
      } finally {
        this.enter(outer);
      }
    };
  }

  /** @returns the stage that was. */
  enter(stage: string): string {
    const now = performance.now();
    this.milliseconds.set(this.#stage, (this.milliseconds.get(this.#stage) ?? 0) + now - this.#since);
    const outer = this.#stage;
    [this.#stage, this.#since] = [stage, now];
    return outer;
  }
}

/** Puts a clock around some verbs of an object, which stay its own. */
function clockVerbs(clock: StageClock, object: object, stages: Readonly<Record<string, string>>): void {
  for (const [verb, stage] of Object.entries(stages)) {
    const work: unknown = Reflect.get(object, verb);
    if (typeof work !== 'function') throw new RangeError(`${verb} is no verb`);
    Reflect.set(
      object,
      verb,
      clock.timed(stage, (...words: readonly unknown[]): unknown => Reflect.apply(work, object, words)),
    );
  }
}

/** node:crypto's hash, wherever it is made. */
function clockHash(clock: StageClock): () => void {
  const prototype: { update: (...words: readonly unknown[]) => unknown } = Object.getPrototypeOf(createHash('sha256'));
  const work = Reflect.get(prototype, 'update');
  prototype.update = function update(...words: readonly unknown[]): unknown {
    return clock.timed('hash', (): unknown => Reflect.apply(work, this, words))();
  };
  return () => {
    prototype.update = work;
  };
}

async function* chunksOf(path: string, clock: StageClock): AsyncIterable<Uint8Array> {
  let outer = clock.enter('read');
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    clock.enter(outer);
    yield chunk;
    outer = clock.enter('read');
  }
  clock.enter(outer);
}

/** All of the layers, by the rules. What lies in archives is timed as a whole: it has memories of its own. */
async function scan(layers: readonly BenchLayer[], rules: readonly Rule[], clock: StageClock): Promise<void> {
  const keys = [ephemeralKeyOf(Buffer.alloc(FINGERPRINT_KEY_BYTES, 1))] as const;
  let facts: LayerFacts | null = null;
  const opened = openFactTools({ keys, showSecrets: false, limits: scanLimits }, rules, (match) => facts?.matched(match));
  const { memory } = opened;
  clockVerbs(clock, memory, { find: 'find', inflate: 'inflate' });
  clockVerbs(clock, opened.tools.engine, { begin: 'confirm', push: 'confirm', end: 'confirm' });
  for (const { path } of layers) {
    facts = new LayerFacts(opened.tools, () => undefined);
    clockVerbs(clock, facts, { begin: 'tar', push: 'tar', beside: 'tar', end: 'tar' });
    const content = withNestedContent(facts, memory.bytes, scanLimits);
    clockVerbs(clock, content, { begin: 'nested', push: 'nested', beside: 'nested', end: 'nested' });
    await readLayer(chunksOf(path, clock), memory, content, scanLimits.layer);
    const outer = clock.enter('nested');
    await content.settle();
    clock.enter(outer);
  }
}

interface RuleCost {
  milliseconds: number;
  looks: number;
}

class TimedExpression implements Expression {
  readonly #expression: RegExp;
  readonly #cost: RuleCost;

  constructor(expression: RegExp, cost: RuleCost) {
    this.#expression = expression;
    this.#cost = cost;
  }

  get lastIndex(): number {
    return this.#expression.lastIndex;
  }

  set lastIndex(index: number) {
    this.#expression.lastIndex = index;
  }

  exec(text: string): PatternMatch | null {
    const start = performance.now();
    const found = this.#expression.exec(text);
    this.#cost.milliseconds += performance.now() - start;
    this.#cost.looks++;
    return found;
  }
}

/** The rule with a clock around its expression and its check. */
function timedRule(rule: Rule, cost: RuleCost): Rule {
  const { pattern, check } = rule;
  const linear = (flags: string): Expression => new TimedExpression(new RegExp(pattern.source, flags), cost);
  return {
    ...rule,
    pattern: { source: pattern.source, flags: pattern.flags, linear },
    ...(check === undefined
      ? {}
      : {
          check: (candidate) => {
            const start = performance.now();
            const found = check(candidate);
            cost.milliseconds += performance.now() - start;
            return found;
          },
        }),
  };
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
const layers: readonly BenchLayer[] = JSON.parse(process.argv[2] ?? '[]');
const rules = builtInRules.filter(({ optIn }) => optIn !== true);
const costs = rules.map((rule) => ({ rule, cost: { milliseconds: 0, looks: 0 } }));
await scan(
  layers,
  costs.map(({ rule, cost }) => timedRule(rule, cost)),
  new StageClock(),
);
for (const { cost } of costs) Object.assign(cost, { milliseconds: 0, looks: 0 });
await scan(
  layers,
  costs.map(({ rule, cost }) => timedRule(rule, cost)),
  new StageClock(),
);
const clock = new StageClock();
const putBack = clockHash(clock);
await scan(layers, rules, clock);
putBack();
clock.enter('end');
console.log(
  JSON.stringify({
    stagesMs: Object.fromEntries([...clock.milliseconds].map(([stage, ms]) => [stage, rounded(ms)])),
    costliestRules: costs
      .sort((a, b) => b.cost.milliseconds - a.cost.milliseconds)
      .slice(0, COSTLIEST)
      .map(({ rule, cost }) => ({ rule: rule.id, ms: rounded(cost.milliseconds), looks: cost.looks })),
  }),
);
