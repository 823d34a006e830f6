import type { Api } from './api.ts';
import type { AssignmentView, EventView, IncidentView, OccurrenceView, VerdictView } from './api-shapes.ts';
import type { Planted } from './planting.ts';

/** An image that was pushed; times are ms since 1970. */
export interface Pushed {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  /** When the registry had answered the last request of the push. */
  readonly pushedAt: number;
}

/** ms since the push was done; null where the step was not seen. */
export type Steps = Readonly<Record<'event' | 'offered' | 'accepted' | 'finished' | 'firstIncident', number | null>>;

export interface ImageSummary extends Pushed {
  readonly verdict: string;
  readonly complete: boolean;
  readonly steps: Steps;
  /** ms since the assignment was accepted, as the sensor reported them. */
  readonly timings: Readonly<Record<string, number>>;
}

export interface PlantedSummary {
  readonly detector: string;
  readonly place: string;
  readonly repository: string;
  readonly path: string;
  readonly visibility: string;
  /** Every incident that has an occurrence at this place; one is right. */
  readonly incidents: readonly string[];
}

export interface Summary {
  readonly ok: boolean;
  readonly images: readonly ImageSummary[];
  readonly planted: readonly PlantedSummary[];
  readonly incidents: readonly (IncidentView & { readonly occurrences: readonly OccurrenceView[] })[];
  /** Incidents in the demo's own images that nobody planted. */
  readonly unplanted: readonly string[];
}

/** Computes everything from the public API. `own`: repositories whose every secret was planted. */
export async function summarize(api: Api, registryId: string, pushed: readonly Pushed[], planted: readonly Planted[]): Promise<Summary> {
  const incidents = await readIncidents(api);
  const places = planted.map((secret) => placeSummary(secret, incidents));
  const matched = new Set(places.flatMap((place) => place.incidents));
  const own = new Set(planted.map((secret) => secret.repository));
  const unplanted = incidents.filter(
    ({ id, occurrences }) => !matched.has(id) && occurrences.some(({ repository }) => own.has(repository)),
  );
  const images = await Promise.all(pushed.map((image) => imageSummary(api, registryId, image, incidents)));
  const eachOnce = places.every((place) => place.incidents.length === 1) && matched.size === places.length;
  const ok = eachOnce && unplanted.length === 0 && images.every((image) => image.complete);
  return { ok, images, planted: places, incidents, unplanted: unplanted.map(({ id }) => id) };
}

async function readIncidents(api: Api): Promise<Summary['incidents']> {
  const incidents = await api.list<IncidentView>('/incidents');
  return Promise.all(
    incidents.map(async (incident) => ({
      ...incident,
      occurrences: await api.list<OccurrenceView>(`/incidents/${incident.id}/occurrences`),
    })),
  );
}

function placeSummary({ detector, place, repository, path, visibility }: Planted, incidents: Summary['incidents']): PlantedSummary {
  const here = ({ location, ...occurrence }: OccurrenceView): boolean =>
    occurrence.repository === repository && occurrence.visibility === visibility && (location.path === path || location.key === path);
  const found = incidents.filter((incident) => incident.detector === detector && incident.occurrences.some(here));
  return { detector, place, repository, path, visibility, incidents: found.map(({ id }) => id) };
}

async function imageSummary(api: Api, registryId: string, image: Pushed, incidents: Summary['incidents']): Promise<ImageSummary> {
  const verdict = await api.get<VerdictView>(`/verdicts/${image.digest}?waitSeconds=0`);
  const events = await api.list<EventView>(`/registries/${registryId}/events`);
  const event = events.find(({ digest, tag }) => digest === image.digest && tag === image.tag);
  const work = (await api.list<AssignmentView>(`/assignments?digest=${image.digest}`)).find(({ kind }) => kind === 'scan');
  const first = incidents
    .filter(({ occurrences }) => occurrences.some(({ rootDigest }) => rootDigest === image.digest))
    .map(({ createdAt }) => createdAt)
    .sort()
    .at(0);
  const since = (time: string | null | undefined): number | null => (time ? Date.parse(time) - image.pushedAt : null);
  const steps = {
    event: since(event?.receivedAt),
    offered: since(work?.offeredAt),
    accepted: since(work?.acceptedAt),
    finished: since(work?.finishedAt),
    firstIncident: since(first),
  };
  return { ...image, verdict: verdict.verdict, complete: verdict.coverage.complete, steps, timings: work?.timings ?? {} };
}
