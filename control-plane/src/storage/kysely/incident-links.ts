import { type Confidence, confidences } from '@tidewaiter/shared/findings';
import type { Selectable } from 'kysely';
import { type Scan, type Severity, severities } from '../port/incidents.ts';
import type { ScanStore } from '../port/store.ts';
import { chunksOf, groupBy, toJson } from './columns.ts';
import type { Session } from './database.ts';
import type { Tables } from './tables.ts';

/*
 * From findings to incidents. An incident is one secret: every finding of its fingerprint belongs to it, under either key while a key
 * is rotated (incident_fingerprints holds both, so that the incident carries over).
 */

type Seen = Parameters<ScanStore['create']>[1][number];
type FindingRow = Selectable<Tables['findings']>;
type IncidentRow = Selectable<Tables['incidents']>;
interface Links {
  readonly created: string[];
  readonly reopened: string[];
}

/** @internal within the write that replaces a verdict, before its sightings are replaced: what was seen before counts. */
export async function linkIncidents(session: Session, scan: Scan, seen: readonly Seen[], newId: () => string): Promise<Links> {
  const reported = groupBy(
    seen.filter((one) => one.reported),
    (one) => one.findingId,
  );
  const findings = await fetchFindings(session, scan.workspaceId, [...reported.keys()]);
  const links: Links = { created: [], reopened: [] };
  for (const group of groupBy(findings, (finding) => `${finding.keyId} ${finding.fingerprint}`).values()) {
    const sights = group.flatMap((finding) => reported.get(finding.id) ?? []);
    await linkSecret(session, scan, group, sights, newId, links);
  }
  return links;
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

/** All findings of one fingerprint in this verdict. */
async function linkSecret(
  session: Session,
  scan: Scan,
  findings: readonly FindingRow[],
  sights: readonly Seen[],
  newId: () => string,
  links: Links,
): Promise<void> {
  const surest = sureFirst(findings);
  const severity = gravestOf(sights.map((one) => one.severity));
  if (surest === undefined || severity === undefined) return;
  const existing = await fetchByFingerprint(session, scan.workspaceId, fingerprintsOf(surest));
  const incidentId = existing?.id ?? newId();
  if (existing) await updateKnown(session, scan, existing, sights, severity, newId, links);
  else await create(session, scan, incidentId, surest, severity, newId, links);
  await nameFingerprints(session, scan.workspaceId, incidentId, fingerprintsOf(surest));
  const unlinked = findings.filter((finding) => finding.incidentId !== incidentId).map((finding) => finding.id);
  for (const chunk of chunksOf(unlinked))
    await session
      .updateTable('findings')
      .set({ incidentId })
      .where('workspaceId', '=', scan.workspaceId)
      .where('id', 'in', chunk)
      .execute();
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

async function fetchByFingerprint(
  session: Session,
  workspaceId: string,
  fingerprints: readonly Fingerprint[],
): Promise<IncidentRow | undefined> {
  for (const { keyId, fingerprint } of fingerprints) {
    const row = await session
      .selectFrom('incidentFingerprints')
      .innerJoin('incidents', (join) =>
        join
          .onRef('incidents.workspaceId', '=', 'incidentFingerprints.workspaceId')
          .onRef('incidents.id', '=', 'incidentFingerprints.incidentId'),
      )
      .selectAll('incidents')
      .where('incidentFingerprints.workspaceId', '=', workspaceId)
      .where('incidentFingerprints.keyId', '=', keyId)
      .where('incidentFingerprints.fingerprint', '=', fingerprint)
      .executeTakeFirst();
    if (row) return row;
  }
  return undefined;
}

async function create(
  session: Session,
  scan: Scan,
  id: string,
  { keyId, fingerprint, detector, confidence, preview }: FindingRow,
  severity: Severity,
  newId: () => string,
  links: Links,
): Promise<void> {
  const { workspaceId, scannedAt } = scan;
  const told = { keyId, fingerprint, detector, confidence, preview, severity, status: 'triggered' as const };
  const untouched = { assignee: null, ignoreReason: null, resolvedAt: null, createdAt: scannedAt, updatedAt: scannedAt };
  await session
    .insertInto('incidents')
    .values({ workspaceId, id, ...told, ...untouched })
    .execute();
  await note(session, scan, id, 'created', { digest: scan.digest }, newId);
  links.created.push(id);
}

/** A secret in an image that had not shown it before: a resolved incident was not resolved after all, and it may be graver now. */
async function updateKnown(
  session: Session,
  scan: Scan,
  incident: IncidentRow,
  sights: readonly Seen[],
  severity: Severity,
  newId: () => string,
  links: Links,
): Promise<void> {
  const isGraver = severities.indexOf(severity) < severities.indexOf(incident.severity);
  if (incident.status !== 'resolved' && !isGraver) return;
  const before = await imagesOf(session, scan.workspaceId, incident.id);
  const fresh = sights.find((one) => !before.has(one.imageDigest));
  if (fresh === undefined) return;
  const reopens = incident.status === 'resolved';
  await session
    .updateTable('incidents')
    .set({
      updatedAt: scan.scannedAt,
      ...(isGraver ? { severity } : {}),
      ...(reopens ? { status: incident.assignee === null ? ('triggered' as const) : ('assigned' as const), resolvedAt: null } : {}),
    })
    .where('workspaceId', '=', scan.workspaceId)
    .where('id', '=', incident.id)
    .execute();
  const place = { digest: scan.digest, imageDigest: fresh.imageDigest };
  if (isGraver) await note(session, scan, incident.id, 'severity-raised', { ...place, from: incident.severity, to: severity }, newId);
  if (!reopens) return;
  await note(session, scan, incident.id, 'reopened', place, newId);
  links.reopened.push(incident.id);
}

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
    .where('sightings.reported', '=', 1)
    .execute();
  return new Set(rows.map((row) => row.imageDigest));
}

async function note(
  session: Session,
  scan: Scan,
  incidentId: string,
  action: string,
  details: Readonly<Record<string, unknown>>,
  newId: () => string,
): Promise<void> {
  await session
    .insertInto('incidentActivities')
    .values({
      workspaceId: scan.workspaceId,
      incidentId,
      id: newId(),
      at: scan.scannedAt,
      actor: 'system',
      action,
      details: toJson(details),
    })
    .execute();
}

async function nameFingerprints(
  session: Session,
  workspaceId: string,
  incidentId: string,
  fingerprints: readonly Fingerprint[],
): Promise<void> {
  await session
    .insertInto('incidentFingerprints')
    .values(fingerprints.map(({ keyId, fingerprint }) => ({ workspaceId, keyId, fingerprint, incidentId })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
