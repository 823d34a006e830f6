import { type Confidence, confidences } from '@tidewaiter/shared/findings';
import { type Selectable, sql } from 'kysely';
import { type Scan, type ScanStore, severities, type Severity } from '../port/incidents.ts';
import { chunksOf, groupBy, toJson } from './columns.ts';
import type { Session } from './database.ts';
import { isClosedByExclusion } from './excluded-incidents.ts';
import type { Tables } from './tables.ts';

/*
 * From findings to incidents. An incident is one secret: every finding of its fingerprint belongs to it, under either key while a key
 * is rotated (incident_fingerprints holds both, so that the incident carries over).
 */

type Seen = Parameters<ScanStore['create']>[2][number];
type FindingRow = Selectable<Tables['findings']>;
type IncidentRow = Selectable<Tables['incidents']>;
interface Links {
  readonly created: readonly string[];
  readonly reopened: readonly string[];
}

/** One verdict's way to its incidents: what is known already, and what is to be written in batches at its end. */
interface Linking {
  readonly session: Session;
  readonly scan: Scan;
  readonly newId: () => string;
  readonly nowMs: number;
  /** Incidents by `keyId fingerprint`; grows by what this verdict makes. */
  readonly incidents: Map<string, IncidentRow>;
  readonly made: IncidentRow[];
  readonly named: Selectable<Tables['incidentFingerprints']>[];
  readonly notes: Selectable<Tables['incidentActivities']>[];
  readonly reopened: string[];
}

/** @internal within the write that replaces a verdict, before its sightings are replaced: what was seen before counts. */
export async function linkIncidents(
  session: Session,
  scan: Scan,
  seen: readonly Seen[],
  newId: () => string,
  nowMs: number,
): Promise<Links> {
  const reported = groupBy(
    seen.filter((one) => one.reported),
    (one) => one.findingId,
  );
  const findings = await fetchFindings(session, scan.workspaceId, [...reported.keys()]);
  const incidents = await fetchKnown(session, scan.workspaceId, findings.flatMap(fingerprintsOf));
  const linking: Linking = { session, scan, newId, nowMs, incidents, made: [], named: [], notes: [], reopened: [] };
  // Those under both keys first: they join what is under one key only.
  const joining = [...findings].sort((a, b) => Number(a.otherKeyId === null) - Number(b.otherKeyId === null));
  for (const group of groupBy(joining, (finding) => `${finding.keyId} ${finding.fingerprint}`).values()) {
    const sights = group.flatMap((finding) => reported.get(finding.id) ?? []);
    await linkSecret(linking, group, sights);
  }
  await write(linking, findings);
  return { created: linking.made.map((incident) => incident.id), reopened: linking.reopened };
}

async function fetchFindings(session: Session, workspaceId: string, ids: readonly string[]): Promise<readonly FindingRow[]> {
  const rows: FindingRow[] = [];
  for (const chunk of chunksOf(ids))
    rows.push(
      ...(await session
        .selectFrom('findings')
        .selectAll()
        .where('workspaceId', '=', workspaceId)
        .where('id', 'in', chunk)
        .orderBy('id')
        .execute()),
    );
  return rows;
}

async function fetchKnown(session: Session, workspaceId: string, fingerprints: readonly Fingerprint[]): Promise<Map<string, IncidentRow>> {
  const known = new Map<string, IncidentRow>();
  for (const chunk of chunksOf([...new Set(fingerprints.map((one) => one.fingerprint))])) {
    const rows = await session
      .selectFrom('incidentFingerprints')
      .innerJoin('incidents', (join) =>
        join
          .onRef('incidents.workspaceId', '=', 'incidentFingerprints.workspaceId')
          .onRef('incidents.id', '=', 'incidentFingerprints.incidentId'),
      )
      .selectAll('incidents')
      .select(['incidentFingerprints.keyId as namedKeyId', 'incidentFingerprints.fingerprint as named'])
      .where('incidentFingerprints.workspaceId', '=', workspaceId)
      .where('incidentFingerprints.fingerprint', 'in', chunk)
      .execute();
    for (const { namedKeyId, named, ...incident } of rows) known.set(`${namedKeyId} ${named}`, incident);
  }
  return known;
}

/** All findings of one fingerprint in this verdict. */
async function linkSecret(linking: Linking, findings: readonly FindingRow[], sights: readonly Seen[]): Promise<void> {
  const surest = sureFirst(findings);
  const severity = gravestOf(sights.map((one) => one.severity));
  if (surest === undefined || severity === undefined) return;
  const names = findings.flatMap(fingerprintsOf);
  const known = names.map(({ keyId, fingerprint }) => linking.incidents.get(`${keyId} ${fingerprint}`)).find((one) => one !== undefined);
  const incident = known ?? make(linking, surest, severity);
  // One that this verdict itself made is new in all its images.
  if (known !== undefined && !linking.made.includes(known)) await updateKnown(linking, known, sights, severity);
  for (const { keyId, fingerprint } of names) {
    if (linking.incidents.has(`${keyId} ${fingerprint}`)) continue;
    linking.incidents.set(`${keyId} ${fingerprint}`, incident);
    linking.named.push({ workspaceId: incident.workspaceId, keyId, fingerprint, incidentId: incident.id });
  }
}

const rank = (confidence: Confidence): number => confidences.indexOf(confidence);

function sureFirst(findings: readonly FindingRow[]): FindingRow | undefined {
  return [...findings].sort((a, b) => rank(a.confidence) - rank(b.confidence))[0];
}

function gravestOf(all: readonly Severity[]): Severity | undefined {
  return severities.find((severity) => all.includes(severity));
}

interface Fingerprint {
  readonly keyId: string;
  readonly fingerprint: string;
}

function fingerprintsOf({ keyId, fingerprint, otherKeyId, otherFingerprint }: FindingRow): readonly Fingerprint[] {
  const first = { keyId, fingerprint };
  return otherKeyId === null || otherFingerprint === null ? [first] : [first, { keyId: otherKeyId, fingerprint: otherFingerprint }];
}

function make(linking: Linking, finding: FindingRow, severity: Severity): IncidentRow {
  const { nowMs } = linking;
  const { workspaceId, digest } = linking.scan;
  const { keyId, fingerprint, detector, confidence, preview } = finding;
  const told = { keyId, fingerprint, detector, confidence, preview, severity, status: 'triggered' as const };
  const untouched = { assignee: null, ignoreReason: null, resolvedAt: null, createdAt: nowMs, updatedAt: nowMs };
  const incident = { workspaceId, id: linking.newId(), ...told, ...untouched };
  linking.made.push(incident);
  note(linking, incident.id, 'created', { digest });
  return incident;
}

/** A secret in an image that had not shown it before: a resolved incident was not resolved after all, and it may be graver now. */
async function updateKnown(linking: Linking, incident: IncidentRow, sights: readonly Seen[], severity: Severity): Promise<void> {
  const { session, scan, nowMs } = linking;
  const isGraver = severities.indexOf(severity) < severities.indexOf(incident.severity);
  if (incident.status !== 'resolved' && !isGraver) return;
  const before = await imagesOf(session, scan.workspaceId, incident.id);
  const isBack = incident.status === 'resolved' && (await isClosedByExclusion(session, scan.workspaceId, incident.id));
  const fresh = sights.find((one) => !before.has(one.imageDigest)) ?? (isBack ? sights[0] : undefined);
  if (fresh === undefined) return;
  const reopens = incident.status === 'resolved';
  await session
    .updateTable('incidents')
    .set({
      updatedAt: nowMs,
      ...(isGraver ? { severity } : {}),
      ...(reopens ? { status: incident.assignee === null ? ('triggered' as const) : ('assigned' as const), resolvedAt: null } : {}),
    })
    .where('workspaceId', '=', scan.workspaceId)
    .where('id', '=', incident.id)
    .execute();
  const place = { digest: scan.digest, imageDigest: fresh.imageDigest };
  if (isGraver) note(linking, incident.id, 'severity-raised', { ...place, from: incident.severity, to: severity });
  if (!reopens) return;
  note(linking, incident.id, 'reopened', place);
  linking.reopened.push(incident.id);
}

/** Where it was reported, be it that the facts behind were taken back since. */
async function imagesOf(session: Session, workspaceId: string, incidentId: string): Promise<ReadonlySet<string>> {
  const rows = await session
    .selectFrom('sightings')
    .innerJoin('findings', (join) =>
      join.onRef('findings.workspaceId', '=', 'sightings.workspaceId').onRef('findings.id', '=', 'sightings.findingId'),
    )
    .select('sightings.imageDigest')
    .distinct()
    .where('findings.workspaceId', '=', workspaceId)
    .where('findings.incidentId', '=', incidentId)
    // What exclusions hid was known, too: that a rule goes does not undo what a person resolved.
    .where(sql<boolean>`(sightings.reported = 1 or sightings.excluded_by <> '[]')`)
    .execute();
  const remembered = await session
    .selectFrom('incidentImages')
    .select('imageDigest')
    .where('workspaceId', '=', workspaceId)
    .where('incidentId', '=', incidentId)
    .execute();
  return new Set([...rows, ...remembered].map((row) => row.imageDigest));
}

function note(
  { scan, newId, nowMs: at, notes }: Linking,
  incidentId: string,
  action: string,
  details: Readonly<Record<string, unknown>>,
): void {
  const { workspaceId } = scan;
  notes.push({ workspaceId, incidentId, id: newId(), at, actor: 'system', action, details: toJson(details) });
}

async function write({ session, scan, made, named, notes }: Linking, findings: readonly FindingRow[]): Promise<void> {
  for (const chunk of chunksOf(made)) await session.insertInto('incidents').values(chunk).execute();
  for (const chunk of chunksOf(named)) await session.insertInto('incidentFingerprints').values(chunk).execute();
  for (const chunk of chunksOf(notes)) await session.insertInto('incidentActivities').values(chunk).execute();
  const unlinked = findings.filter((finding) => finding.incidentId === null).map((finding) => finding.id);
  for (const chunk of chunksOf(unlinked))
    await session
      .updateTable('findings')
      .set((eb) => ({
        incidentId: eb
          .selectFrom('incidentFingerprints')
          .select('incidentFingerprints.incidentId')
          .whereRef('incidentFingerprints.workspaceId', '=', 'findings.workspaceId')
          .whereRef('incidentFingerprints.keyId', '=', 'findings.keyId')
          .whereRef('incidentFingerprints.fingerprint', '=', 'findings.fingerprint'),
      }))
      .where('workspaceId', '=', scan.workspaceId)
      .where('id', 'in', chunk)
      .execute();
}
