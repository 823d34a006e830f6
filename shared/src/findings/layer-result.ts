import { type Static, Type } from 'typebox';
import { closed, DigestField } from '../fields/index.ts';
import { CoverageSchema } from './coverage.ts';

/** What decides an answer besides the bytes. Results under different engines never mix. */
export const EngineIdentitySchema = Type.Object(
  {
    fingerprintKeyId: Type.String({ pattern: '^(ephemeral|[0-9a-f]{16})$' }),
    engineVersion: Type.String({ minLength: 1, maxLength: 64 }),
    ruleSetHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    limitsHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  },
  closed,
);
/** Key id (16 hex digits or `ephemeral`), version, and the hashes of rules and limits (64 hex digits). */
export type EngineIdentity = Static<typeof EngineIdentitySchema>;

/** One string for an engine, for keys and indexes. */
export function engineKey({ fingerprintKeyId, engineVersion, ruleSetHash, limitsHash }: EngineIdentity): string {
  return `${fingerprintKeyId}/${engineVersion}/${ruleSetHash}/${limitsHash}`;
}

/** The engine that `engineKey` made this string of. */
export function engineOfKey(key: string): EngineIdentity {
  const parts = key.split('/');
  const [ruleSetHash = '', limitsHash = ''] = parts.slice(-2);
  return { fingerprintKeyId: parts[0] ?? '', engineVersion: parts.slice(1, -2).join('/'), ruleSetHash, limitsHash };
}

/** How a blob may be stored, by its bytes and not by its media type. */
export const compressions = ['none', 'gzip', 'zstd'] as const;

/**
 * The closing part of a layer's result; findings and path index came before it in pages.
 * `digest` is of the blob as stored (compressed), verified by whoever made this; `blobBytes` its size.
 */
export const LayerSummarySchema = Type.Object(
  {
    digest: DigestField,
    blobBytes: Type.Integer({ minimum: 0 }),
    compression: Type.Enum([...compressions]),
    content: Type.Enum(['tar', 'blob']),
    coverage: CoverageSchema,
    findings: Type.Integer({ minimum: 0 }),
  },
  closed,
);
/** What of a layer's result is known at its end: sizes in bytes, the ledger, and how many findings came in its pages. */
export type LayerSummary = Static<typeof LayerSummarySchema>;
