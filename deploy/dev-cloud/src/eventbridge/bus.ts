import { randomUUID } from 'node:crypto';
import type { FaultSwitches } from '../faults/index.ts';
import { type Clock, SetupError } from '../http/index.ts';
import type { CloudEvent } from './event.ts';
import { type ApiDestination, type Answer, invoke } from './invocation.ts';
import { parsePattern, type EventPattern, patternMatches } from './pattern.ts';
import { nextOf, type RetryPolicy, retryPolicyOf, type RetrySetup } from './retry.ts';

/** A rule of the default bus of an account and region, with one API destination as its target. */
export interface RuleSetup {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly pattern: unknown;
  readonly destination: ApiDestination;
  readonly retry: RetrySetup;
  /** AWS's is 5,000. */
  readonly timeoutMs?: number;
}

interface Rule extends Omit<RuleSetup, 'pattern' | 'retry'> {
  readonly pattern: EventPattern;
  readonly retry: RetryPolicy;
}

/** One event on its way to one target; it grows with each attempt. */
export interface Delivery {
  readonly rule: string;
  readonly event: CloudEvent;
  readonly attempts: { readonly at: number; readonly ms: number; readonly answer: Answer }[];
  outcome: 'pending' | 'delivered' | 'dead';
}

/** What a dead-letter queue would hold: the event and why it was given up. */
export interface DeadLetter {
  readonly rule: string;
  readonly event: CloudEvent;
  readonly attempts: number;
  readonly reason: string;
}

/** Deliveries and dead letters that are remembered, for the demo's table and for tests. */
const deliveriesMax = 10_000;

/** EventBridge: events in, matching rules, posts to API destinations with retries and dead letters. */
export class EventBus {
  readonly #clock: Clock;
  readonly #faults: FaultSwitches;
  readonly #rules = new Map<string, Rule>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #deadLetters: DeadLetter[] = [];
  readonly #deliveries: Delivery[] = [];
  #emitted = 0;
  #lost = 0;
  #closed = false;

  constructor(clock: Clock, faults: FaultSwitches) {
    this.#clock = clock;
    this.#faults = faults;
  }

  putRule(setup: RuleSetup): void {
    if (!/^https?:$/.test(URL.parse(setup.destination.url)?.protocol ?? ''))
      throw new SetupError(`not a URL of an API destination: ${setup.destination.url}`);
    const retry = retryPolicyOf(setup.retry);
    this.#rules.set(setup.name, { ...setup, pattern: parsePattern(setup.pattern), retry });
  }

  deleteRule(name: string): boolean {
    return this.#rules.delete(name);
  }

  /** Puts an event of a service on the bus; a fault may lose, delay or double it. */
  put(event: Omit<CloudEvent, 'version' | 'id' | 'resources'>): void {
    const whole: CloudEvent = { version: '0', id: randomUUID(), ...event, resources: [] };
    this.#emitted += 1;
    const subject = { repository: stringOf(event.detail['repository-name']), digest: stringOf(event.detail['image-digest']) };
    if (this.#faults.take('lostEvent', subject) !== undefined) {
      this.#lost += 1;
      return;
    }
    const delayMs = this.#faults.take('lateEvent', subject)?.delayMs ?? 0;
    const times = this.#faults.take('doubledEvent', subject) === undefined ? 1 : 2;
    for (let i = 0; i < times; i++) this.#after(delayMs, () => this.#route(whole));
  }

  deliveries(): readonly Readonly<Delivery>[] {
    return this.#deliveries;
  }

  deadLetters(): readonly DeadLetter[] {
    return this.#deadLetters;
  }

  counts(): Readonly<Record<'emitted' | 'lost' | 'pending' | 'delivered' | 'dead', number>> {
    const count = (outcome: Delivery['outcome']) => this.#deliveries.filter((delivery) => delivery.outcome === outcome).length;
    return { emitted: this.#emitted, lost: this.#lost, pending: count('pending'), delivered: count('delivered'), dead: count('dead') };
  }

  /** Ends every wait; nothing is posted any more. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #route(event: CloudEvent): void {
    for (const rule of this.#rules.values()) {
      if (rule.accountId !== event.account || rule.region !== event.region) continue;
      if (!patternMatches(rule.pattern, { ...event })) continue;
      const delivery: Delivery = { rule: rule.name, event, attempts: [], outcome: 'pending' };
      this.#deliveries.push(delivery);
      if (this.#deliveries.length > deliveriesMax) this.#deliveries.shift();
      void this.#attempt(rule, delivery, this.#clock.now());
    }
  }

  async #attempt(rule: Rule, delivery: Delivery, startedAt: number): Promise<void> {
    const at = this.#clock.now();
    const answer = await invoke(rule.destination, JSON.stringify(delivery.event), rule.timeoutMs ?? 5_000);
    delivery.attempts.push({ at, ms: this.#clock.now() - at, answer });
    const next = nextOf(answer, delivery.attempts.length, startedAt, this.#clock.now(), rule.retry);
    switch (next.kind) {
      case 'done':
        delivery.outcome = 'delivered';
        return;
      case 'failed':
        delivery.outcome = 'dead';
        this.#deadLetters.push({ rule: rule.name, event: delivery.event, attempts: delivery.attempts.length, reason: next.reason });
        if (this.#deadLetters.length > deliveriesMax) this.#deadLetters.shift();
        return;
      case 'retry':
        this.#after(next.delayMs, () => void this.#attempt(rule, delivery, startedAt));
    }
  }

  #after(delayMs: number, action: () => void): void {
    if (this.#closed) return;
    if (delayMs === 0) {
      action();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
  }
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
