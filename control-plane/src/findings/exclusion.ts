import { Exclusions, type ExclusionSettings } from '@tidewaiter/shared/exclusions';
import { type Confidence, type EngineIdentity, isAtLeast } from '@tidewaiter/shared/findings';
import type { Context, ExcludedCounts, RootFacts, StoredFinding, Store } from '../storage/index.ts';
import { type Sight, sightsOf } from './visibility.ts';

/** What a verdict counts and incidents are made of; the rest is stored and shown on demand. */
const REPORTED_FROM: Confidence = 'likely';

/** A sight, and what the exclusions of its registries say of it. */
export interface FilteredSight extends Sight {
  readonly excludedBy: readonly string[];
  readonly hidden: boolean;
}

export interface Filtered {
  readonly sights: readonly FilteredSight[];
  /** Whether the exclusions are still those it was filtered by. */
  readonly isCurrent: () => Promise<boolean>;
}

/**
 * Sights with the exclusions of the registries that the root stands in. A finding is hidden where every one of them hides it: a secret that
 * one registry must report is reported.
 */
export async function filteredSights(
  store: Pick<Store, 'facts' | 'registries'>,
  workspaceId: string,
  engine: EngineIdentity,
  root: RootFacts | null,
): Promise<Filtered> {
  if (root === null) return { sights: [], isCurrent: () => Promise.resolve(true) };
  const sights = await sightsOf(store.facts, workspaceId, engine, root.images);
  const sure = new Set(sights.filter(({ finding }) => isAtLeast(finding.confidence, REPORTED_FROM)).map(({ finding }) => finding));
  if (sure.size === 0) return { sights: sights.map(unfiltered), isCurrent: () => Promise.resolve(true) };
  const settings = await settingsOf(store, workspaceId, root.registryIds);
  const filters = [...settings.values()].map((one) => new Exclusions(one));
  const judged = new Map([...sure].map((finding) => [finding, exclusionOf(finding, filters)]));
  return {
    sights: sights.map((sight) => ({ ...unfiltered(sight), ...judged.get(sight.finding) })),
    isCurrent: async () => {
      const now = await settingsOf(store, workspaceId, root.registryIds);
      return now.size === settings.size && [...now.keys()].every((key) => settings.has(key));
    },
  };
}

const unfiltered = (sight: Sight): FilteredSight => ({ ...sight, excludedBy: [], hidden: false });

/** The distinct ones of the connected registries; where all are disconnected, of those. */
async function settingsOf(
  { registries }: Pick<Store, 'registries'>,
  workspaceId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ExclusionSettings>> {
  const found = (await Promise.all(ids.map((id) => registries.fetch(workspaceId, id)))).filter((registry) => registry !== null);
  const live = found.filter(({ deletedAt }) => deletedAt === null);
  return new Map((live.length > 0 ? live : found).map(({ exclusions }) => [JSON.stringify(exclusions), exclusions]));
}

function exclusionOf(
  { location, confidence }: StoredFinding,
  filters: readonly Exclusions[],
): Pick<FilteredSight, 'excludedBy' | 'hidden'> {
  const { path, inFile } = location;
  const place = { path: typeof path === 'string' ? path : '', inFile: inFile === true, confidence };
  const said = filters.map((filter) => filter.of(place));
  const excludedBy = [...new Set(said.flatMap((one) => one.excludedBy))];
  return { excludedBy, hidden: said.length > 0 && said.every(({ hidden }) => hidden) };
}

/** Whether incidents are made of it. */
export const isReported = ({ finding, hidden }: FilteredSight): boolean => !hidden && isAtLeast(finding.confidence, REPORTED_FROM);

/** Each finding once, however many images show it. */
export function excludedCountsOf(sights: readonly FilteredSight[]): ExcludedCounts {
  const excluded = [
    ...new Map(sights.filter(({ excludedBy }) => excludedBy.length > 0).map((sight) => [sight.finding.id, sight])).values(),
  ];
  const hidden = excluded.filter((sight) => sight.hidden);
  const byExpression = new Map<string, number>();
  for (const text of hidden.flatMap(({ excludedBy }) => excludedBy)) byExpression.set(text, (byExpression.get(text) ?? 0) + 1);
  return { findings: hidden.length, pierced: excluded.length - hidden.length, byExpression: Object.fromEntries(byExpression) };
}

/** See Findings.countExcluded. */
export async function countExcluded({ store }: Context, workspaceId: string, registryId: string): Promise<ExcludedCounts> {
  const groups = await store.scans.countExcluded(workspaceId, registryId);
  const sum = (those: typeof groups): number => those.reduce((total, { findings }) => total + findings, 0);
  const hidden = groups.filter(({ reported }) => !reported);
  const expressions = [...new Set(hidden.flatMap(({ excludedBy }) => excludedBy))];
  return {
    findings: sum(hidden),
    pierced: sum(groups) - sum(hidden),
    byExpression: Object.fromEntries(expressions.map((text) => [text, sum(hidden.filter(({ excludedBy }) => excludedBy.includes(text)))])),
  };
}
