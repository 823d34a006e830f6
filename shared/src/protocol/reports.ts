import { type Static, Type } from 'typebox';
import { closed, DigestField, TimeField } from '../fields/index.ts';
import { CoverageSchema, EngineIdentitySchema, ImageFindingSchema, LayerFindingSchema, LayerSummarySchema } from '../findings/index.ts';
import { GrantSchema } from './assignment.ts';
import { FailureSchema } from './failure.ts';
import { FINDINGS_PER_PAGE } from './limits.ts';

/** Platform of shared/images. */
const PlatformSchema = Type.Object({
  os: Type.String({ maxLength: 128 }),
  architecture: Type.String({ maxLength: 128 }),
  variant: Type.Optional(Type.String({ maxLength: 128 })),
});
const nullableText = (maxLength: number) => Type.Union([Type.String({ maxLength }), Type.Null()]);

/** Part of a layer's result, before its summary. Path hashes: base64 of 8 big-endian bytes each. Idempotent by (digest, engine, page). */
export const LayerPageSchema = Type.Object(
  {
    kind: Type.Literal('layer-page'),
    digest: DigestField,
    engine: EngineIdentitySchema,
    page: Type.Integer({ minimum: 0 }),
    paths: Type.Optional(Type.Object({ kind: Type.Enum(['files', 'directories', 'whiteouts', 'opaques']), hashes: Type.String() }, closed)),
    findings: Type.Optional(Type.Array(LayerFindingSchema, { maxItems: FINDINGS_PER_PAGE })),
  },
  closed,
);

/** Closes a layer's result: from here on it is a fact, if pages 0..pages-1 are all there. */
export const LayerDoneSchema = Type.Object(
  { kind: Type.Literal('layer-done'), engine: EngineIdentitySchema, pages: Type.Integer({ minimum: 0 }), summary: LayerSummarySchema },
  closed,
);

/** One manifest of the assigned image: the root, and each child of an index. */
export const ManifestSchema = Type.Object(
  {
    kind: Type.Literal('manifest'),
    grant: GrantSchema,
    /** Its own findings (config, history, annotations) stand under this engine. */
    engine: EngineIdentitySchema,
    digest: DigestField,
    mediaType: Type.String({ maxLength: 256 }),
    shape: Type.Enum(['index', 'image', 'artifact']),
    platform: Type.Union([PlatformSchema, Type.Null()]),
    children: Type.Array(Type.Object({ digest: DigestField, platform: Type.Union([PlatformSchema, Type.Null()]) }, closed), {
      maxItems: 1_000,
    }),
    /** In order, lowest first. `diffId` is what the config claims; `instruction` is redacted. */
    layers: Type.Array(
      Type.Object(
        {
          digest: DigestField,
          sizeBytes: Type.Integer({ minimum: 0 }),
          diffId: Type.Union([DigestField, Type.Null()]),
          instruction: nullableText(1_024),
        },
        closed,
      ),
      { maxItems: 1_000 },
    ),
    findings: Type.Array(ImageFindingSchema, { maxItems: 1_000 }),
    /** Of config, history and annotations. */
    coverage: CoverageSchema,
  },
  closed,
);

/** One page of a registry's listing. `last` closes the listing: what it did not name is gone. */
export const CatalogPageSchema = Type.Object(
  {
    kind: Type.Literal('catalog-page'),
    grant: GrantSchema,
    page: Type.Integer({ minimum: 0 }),
    last: Type.Boolean(),
    repositories: Type.Array(
      Type.Object({ name: Type.String({ maxLength: 256 }), createdAt: Type.Union([TimeField, Type.Null()]) }, closed),
      {
        maxItems: 1_000,
      },
    ),
    images: Type.Array(
      Type.Object(
        {
          repository: Type.String({ maxLength: 256 }),
          digest: DigestField,
          tags: Type.Array(Type.String({ maxLength: 300 }), { maxItems: 1_000 }),
          mediaType: nullableText(256),
          sizeBytes: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
          pushedAt: Type.Union([TimeField, Type.Null()]),
          status: Type.Enum(['active', 'archived', 'activating']),
        },
        closed,
      ),
      { maxItems: 1_000 },
    ),
  },
  closed,
);

/** The end of an assignment. `unread` names the layers that became no fact, and why. `timings` are ms since it was accepted. */
export const OutcomeSchema = Type.Object(
  {
    kind: Type.Literal('outcome'),
    grant: GrantSchema,
    state: Type.Enum(['succeeded', 'failed', 'gone', 'archived']),
    failure: Type.Union([FailureSchema, Type.Null()]),
    unread: Type.Array(Type.Object({ digest: DigestField, failure: FailureSchema }, closed), { maxItems: 1_000 }),
    timings: Type.Record(Type.String({ maxLength: 32 }), Type.Integer({ minimum: 0 })),
  },
  closed,
);

/** Everything a sensor reports. Spooled, sent, and sent again until acknowledged. */
export const ReportSchema = Type.Union([LayerPageSchema, LayerDoneSchema, ManifestSchema, CatalogPageSchema, OutcomeSchema]);
/** See LayerPageSchema. */
export type LayerPage = Static<typeof LayerPageSchema>;
/** See LayerDoneSchema. */
export type LayerDone = Static<typeof LayerDoneSchema>;
/** See ManifestSchema. */
export type ManifestReport = Static<typeof ManifestSchema>;
/** See CatalogPageSchema; at most 1,000 repositories and images. */
export type CatalogPage = Static<typeof CatalogPageSchema>;
/** See OutcomeSchema. */
export type Outcome = Static<typeof OutcomeSchema>;
/** Tagged by `kind`. */
export type Report = Static<typeof ReportSchema>;
