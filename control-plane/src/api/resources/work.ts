import { CoverageSchema, verdicts } from '@tidewaiter/shared/findings';
import { assignmentKinds, assignmentStates } from '@tidewaiter/shared/protocol';
import { type Static, Type } from 'typebox';
import { REFUSALS_SHOWN_MAX, type Work } from '../../assignments/index.ts';
import type { ExcludedCounts, Scan } from '../../findings/index.ts';
import { DigestSchema, Id, named, nullable, ref, Time, timeOf, timeOrNull } from './schema.ts';

const FailureView = Type.Object({
  code: Type.String(),
  detail: Type.String(),
  remedy: nullable(Type.String()),
  retryable: Type.Boolean(),
});

export const AssignmentSchema = named(
  'Assignment',
  {
    id: Id,
    kind: Type.Enum([...assignmentKinds]),
    registryId: Id,
    repository: nullable(Type.String()),
    digest: nullable(DigestSchema),
    trigger: Type.Enum(['historical', 'interval', 'push', 'manual', 'reconcile']),
    state: Type.Enum([...assignmentStates]),
    attempt: Type.Integer({ description: 'How often a sensor took it.' }),
    sensorId: nullable(Id),
    leaseExpiresAt: nullable(Time),
    progress: nullable(
      Type.Object({
        phase: Type.String(),
        layersDone: Type.Integer(),
        layersTotal: Type.Integer(),
        bytesDone: Type.Integer(),
        bytesTotal: Type.Integer(),
      }),
    ),
    failure: nullable(FailureView),
    refusals: Type.Array(Type.Object({ sensorId: Id, sensorName: Type.String(), failure: FailureView, refusedAt: Time }), {
      description:
        'Sensors whose own policy does not allow it, newest first; `failure.remedy` names the line that would. ' +
        'A sensor that starts a new session is taken off while the work is not ended.',
      maxItems: REFUSALS_SHOWN_MAX,
    }),
    strandedAt: nullable(
      Type.String({
        format: 'date-time',
        description: 'Since when no sensor is there that would do what others refused; it fails two minutes later.',
      }),
    ),
    timings: nullable(Type.Record(Type.String(), Type.Integer(), { description: 'ms since it was accepted, by step' })),
    createdAt: Time,
    offeredAt: nullable(Time),
    acceptedAt: nullable(Time),
    finishedAt: nullable(Time),
  },
  'Work for a sensor: a listing (`sync`), a scan of one root digest, or a test.',
);

export function viewAssignment(work: Work): Static<typeof AssignmentSchema> {
  const { id, kind, registryId, repository, digest, trigger, state, attempt, sensorId, progress, failure } = work;
  const times = {
    leaseExpiresAt: timeOrNull(work.leaseExpiresAt),
    createdAt: timeOf(work.createdAt),
    offeredAt: timeOrNull(work.offeredAt),
    acceptedAt: timeOrNull(work.acceptedAt),
    finishedAt: timeOrNull(work.finishedAt),
    strandedAt: timeOrNull(work.strandedAt),
  };
  const timings = work.timings === null ? null : { ...work.timings };
  const refusals = work.refusals.map(({ refusedAt, assignmentId: _assignmentId, ...refusal }) => ({
    ...refusal,
    refusedAt: timeOf(refusedAt),
  }));
  return { id, kind, registryId, repository, digest, trigger, state, attempt, sensorId, progress, failure, refusals, timings, ...times };
}

const Unread = Type.Array(Type.Object({ digest: DigestSchema, code: Type.String(), detail: Type.String() }));
const Verdict = Type.Enum([...verdicts]);
const Counts = Type.Record(Type.String(), Type.Integer(), { description: 'Reported findings by confidence.' });

export const ExcludedSchema = Type.Object(
  {
    findings: Type.Integer({ description: 'Not reported for their path alone.' }),
    pierced: Type.Integer({ description: 'Reported though a preset excludes their path, being certain.' }),
    byExpression: Type.Record(Type.String(), Type.Integer(), { description: 'What each hid; one that two hide counts for both.' }),
  },
  { description: 'What exclusions did; it touches no verdict.' },
);

export const viewExcluded = ({ findings, pierced, byExpression }: ExcludedCounts): Static<typeof ExcludedSchema> => ({
  findings,
  pierced,
  byExpression: { ...byExpression },
});

export const ScanSchema = named(
  'Scan',
  {
    id: Id,
    digest: DigestSchema,
    verdict: Verdict,
    coverage: CoverageSchema,
    counts: Counts,
    excluded: ExcludedSchema,
    unread: Unread,
    ruleSet: Type.String(),
    scannedAt: Time,
  },
  'The verdict on a root digest: `clean` needs no finding and everything read.',
);

export function viewScan(scan: Scan): Static<typeof ScanSchema> {
  const { id, digest, verdict, coverage, ruleSetHash, scannedAt } = scan;
  return {
    id,
    digest,
    verdict,
    coverage,
    counts: { ...scan.counts },
    excluded: viewExcluded(scan.excluded),
    unread: [...scan.unread],
    ruleSet: ruleSetHash,
    scannedAt: timeOf(scannedAt),
  };
}

export const ScanDetailSchema = named(
  'ScanDetail',
  { scan: ref(ScanSchema), assignments: Type.Array(ref(AssignmentSchema)) },
  'A scan with the work that led to it and its timings.',
);

export const VerdictSchema = named(
  'Verdict',
  {
    digest: DigestSchema,
    verdict: Verdict,
    coverage: CoverageSchema,
    counts: Counts,
    excluded: ExcludedSchema,
    scannedAt: Time,
    ruleSet: Type.String(),
  },
  'The verdict on a digest, for a pipeline to decide on.',
);

export const VerdictStateSchema = named(
  'VerdictState',
  { state: Type.Enum(['unknown', 'pending', 'offered', 'running']) },
  'No verdict yet. `unknown`: neither a push event nor a listing has named this digest so far.',
);

export function viewVerdict(scan: Scan): Static<typeof VerdictSchema> {
  const { digest, verdict, coverage, counts, scannedAt, ruleSetHash } = scan;
  return {
    digest,
    verdict,
    coverage,
    counts: { ...counts },
    excluded: viewExcluded(scan.excluded),
    scannedAt: timeOf(scannedAt),
    ruleSet: ruleSetHash,
  };
}
