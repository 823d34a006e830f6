import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api.ts';
import type { AssignmentView, EventView, IncidentView, VerdictView } from './api-shapes.ts';
import type { Pushed } from './summary.ts';

const POLL_MS = 200;
/** A verdict that takes longer than this on the demo's small images is a fault. */
const VERDICT_MS_MAX = 180_000;

/** Says each new thing once, with the time since the first push. */
export class Watcher {
  readonly #api: Api;
  readonly #registryId: string;
  readonly #say: (text: string) => void;
  readonly #said = new Set<string>();

  constructor(api: Api, registryId: string, say: (text: string) => void) {
    this.#api = api;
    this.#registryId = registryId;
    this.#say = say;
  }

  /** Follows the way from event to incident until every pushed image has its verdict. */
  async untilVerdicts(pushed: readonly Pushed[]): Promise<void> {
    const deadline = Date.now() + VERDICT_MS_MAX;
    const waiting = new Set(pushed.map(({ digest }) => digest));
    while (waiting.size > 0) {
      if (Date.now() > deadline) throw new Error(`no verdict on ${[...waiting].join(', ')} after ${VERDICT_MS_MAX / 1000} s`);
      await this.#look();
      for (const digest of waiting) if ((await this.#hasVerdict(digest)) && (await this.#isDone(digest))) waiting.delete(digest);
      await sleep(POLL_MS);
    }
    await this.#look();
  }

  async #look(): Promise<void> {
    for (const event of await this.#api.list<EventView>(`/registries/${this.#registryId}/events`)) {
      this.#once(event.eventId, `event     ${event.repository}${event.tag ? `:${event.tag}` : ` ${short(event.digest)}`} received`);
    }
    for (const work of await this.#api.list<AssignmentView>(`/assignments?registryId=${this.#registryId}`)) this.#assignment(work);
    for (const incident of await this.#api.list<IncidentView>('/incidents')) {
      this.#once(incident.id, `incident  ${incident.detector} ${incident.preview} (${incident.confidence}, ${incident.severity})`);
    }
  }

  #assignment(work: AssignmentView): void {
    const what = work.kind === 'scan' ? `${work.repository}@${short(work.digest)}` : 'the registry';
    if (work.offeredAt) this.#once(`${work.id} offered`, `offered   ${work.kind} of ${what}`);
    if (work.acceptedAt) this.#once(`${work.id} accepted`, `accepted  ${work.kind} of ${what}`);
    const timings = Object.entries(work.timings ?? {});
    if (work.finishedAt)
      this.#once(`${work.id} finished`, `${work.state} ${what}: ${timings.map(([step, ms]) => `${step} ${ms} ms`).join(', ')}`);
    if (work.failure) this.#once(`${work.id} failure ${work.attempt}`, `failed    ${what}: ${work.failure.code}: ${work.failure.detail}`);
  }

  async #hasVerdict(digest: string): Promise<boolean> {
    const verdict = await this.#api.get<VerdictView | { readonly state: string }>(`/verdicts/${digest}?waitSeconds=0`).catch(() => null);
    if (verdict === null || !('verdict' in verdict)) return false;
    this.#once(`${digest} verdict`, `verdict   ${short(digest)}: ${verdict.verdict}`);
    return true;
  }

  /** A verdict stands as soon as every layer is a fact; the work that led to it ends, with its timings, a moment later. */
  async #isDone(digest: string): Promise<boolean> {
    const work = await this.#api.list<AssignmentView>(`/assignments?digest=${digest}`);
    return work.every(({ finishedAt }) => finishedAt !== null);
  }

  #once(key: string, text: string): void {
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#say(text);
  }
}

const short = (digest: string | null): string => (digest ?? '').slice(7, 19);
