import { type Static, Type } from 'typebox';
import { CoverageSchema } from './coverage.ts';
import { ConfidenceSchema, imageFindingKinds } from './finding.ts';
import { visibilities } from '../judgement/index.ts';

const nullable = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** Grows when a member changes meaning or goes; a new member does not change it. */
export const SCAN_REPORT_SCHEMA_VERSION = 1;

/** The JSON output of `tidewaiter-sensor scan`: a contract with its readers. */
export const ScanReportSchema = Type.Object({
  schemaVersion: Type.Literal(SCAN_REPORT_SCHEMA_VERSION),
  image: Type.Object({ reference: Type.String(), digest: Type.String() }),
  platforms: Type.Array(Type.Object({ platform: nullable(Type.String()), digest: Type.String(), layers: Type.Array(Type.String()) })),
  verdict: Type.Enum(['clean', 'findings', 'incomplete']),
  coverage: CoverageSchema,
  findings: Type.Array(
    Type.Object({
      detector: Type.String(),
      confidence: ConfidenceSchema,
      location: Type.Object({
        kind: Type.Enum(['file', 'blob', ...imageFindingKinds]),
        layerDigest: nullable(Type.String()),
        /** As the config claims it; null outside layers or where history and layers do not match. */
        diffId: nullable(Type.String()),
        /** A file's path, or the key of an env variable, label or history entry. */
        path: Type.String(),
        line: nullable(Type.Integer()),
        column: nullable(Type.Integer()),
        instruction: nullable(Type.String()),
      }),
      occurrences: Type.Array(Type.Object({ platform: nullable(Type.String()), visibility: Type.Enum([...visibilities]) })),
      fingerprint: Type.String(),
      preview: Type.String(),
      /** Exclusions that match its path and that it pierces, being `certain`. */
      excludedBy: Type.Array(Type.String()),
      /** Plaintext; only with --show-secrets, only on this machine. */
      secret: Type.Optional(Type.String()),
    }),
  ),
  stats: Type.Object({
    layers: Type.Integer(),
    blobBytes: Type.Integer(),
    durationMs: Type.Integer(),
    /** All matches by confidence, those below --min-confidence and excluded ones included. */
    byConfidence: Type.Record(Type.String(), Type.Integer()),
    /** Matches that only an exclusion keeps out of `findings`, together and by expression: one that two of them hide counts for both. */
    excluded: Type.Integer(),
    byExclusion: Type.Record(Type.String(), Type.Integer()),
    fingerprintKeyId: Type.String(),
    engineVersion: Type.String(),
    ruleSetHash: Type.String(),
  }),
});
/** What a one-shot scan says, as ScanReportSchema has it. */
export type ScanReport = Static<typeof ScanReportSchema>;
