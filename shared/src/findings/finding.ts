import { type Static, Type } from 'typebox';
import { closed } from '../fields/index.ts';
import { confidences } from '../judgement/index.ts';

/** One of `confidences`. */
export const ConfidenceSchema = Type.Enum([...confidences]);

/** HMAC-SHA-256 of the canonical secret under the key whose id stands beside it (64 hex digits). Two while a key is rotated. */
export const FingerprintSchema = Type.Object(
  { keyId: Type.String({ pattern: '^(ephemeral|[0-9a-f]{16})$' }), value: Type.String({ pattern: '^[0-9a-f]{64}$' }) },
  closed,
);
/** `value` under the key `keyId`, both in hex; `ephemeral` is the key of a run that was given none. */
export type Fingerprint = Static<typeof FingerprintSchema>;

const PathHashSchema = Type.String({ pattern: '^[0-9a-f]{16}$' });

const found = {
  detector: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{1,63}$' }),
  confidence: ConfidenceSchema,
  fingerprints: Type.Array(FingerprintSchema, { minItems: 1, maxItems: 2 }),
  /** The provider's public prefix (at most 8 characters), an ellipsis and the length; never more of the secret. */
  preview: Type.String({ maxLength: 64 }),
};

/**
 * A finding in a layer, as the immutable fact holds it: it says nothing of any image.
 * `path` is redacted, without a leading slash; '' when the blob is no tar. `pathHash` and `parentHashes` (nearest first) are
 * SipHash-2-4 under the path subkey, of the path's raw bytes without leading `./` and `/`. `line` and `column` count from 1.
 */
export const LayerFindingSchema = Type.Object(
  {
    ...found,
    path: Type.String({ maxLength: 4096 }),
    pathHash: PathHashSchema,
    parentHashes: Type.Array(PathHashSchema, { maxItems: 256 }),
    line: Type.Integer({ minimum: 1 }),
    column: Type.Integer({ minimum: 1 }),
    offset: Type.Integer({ minimum: 0 }),
    /** A later entry of the same tar wrote the same path. */
    superseded: Type.Boolean(),
    /** False when the blob is no tar: the finding lies in no file of the image. */
    inFile: Type.Boolean(),
  },
  closed,
);
/** Redacted; `offset` in bytes, `line` and `column` from 1. */
export type LayerFinding = Static<typeof LayerFindingSchema>;

/** Where in a manifest or config a finding may stand (OCI image-spec, config.md; `attestation`: an in-toto statement). */
export const imageFindingKinds = [
  'env',
  'label',
  'history',
  'cmd',
  'entrypoint',
  'healthcheck',
  'onbuild',
  'author',
  'comment',
  'annotation',
  'config',
  'attestation',
] as const;

/** A finding in what a manifest or its config says. `key` names the place: the variable, the label, the history index. Redacted. */
export const ImageFindingSchema = Type.Object(
  {
    ...found,
    kind: Type.Enum([...imageFindingKinds]),
    key: Type.String({ maxLength: 1024 }),
    /** The build instruction it stands in, redacted and cut; null where there is none. */
    instruction: Type.Union([Type.String({ maxLength: 4096 }), Type.Null()]),
  },
  closed,
);
/** Redacted; `key` names the place within its `kind`. */
export type ImageFinding = Static<typeof ImageFindingSchema>;
