import { Exclusions } from '@tidewaiter/shared/exclusions';
import { type Static, Type } from 'typebox';
import type { HttpServer } from '../../http/index.ts';
import { identityOf } from '../auth.ts';
import type { ApiParts } from '../parts.ts';
import { answers } from '../resources/problem.ts';
import { ExclusionsSchema, IdParams, viewExclusions } from '../resources/registry.ts';
import { ExcludedSchema, viewExcluded } from '../resources/work.ts';
import { fetchRegistry } from './fetch-registry.ts';

/** Paths tried in one request: 100 expressions on each take some milliseconds. */
const PATHS_MAX = 100;
const PATH_CHARACTERS_MAX = 4_096;

const TestBody = Type.Object(
  {
    paths: Type.Array(Type.String({ maxLength: PATH_CHARACTERS_MAX }), {
      minItems: 1,
      maxItems: PATHS_MAX,
      description: 'Without a leading slash.',
    }),
    exclusions: Type.Optional(ExclusionsSchema),
  },
  { additionalProperties: false },
);
const Tested = Type.Object({
  items: Type.Array(
    Type.Object({
      path: Type.String(),
      excludedBy: Type.Array(Type.String()),
      hidesCertain: Type.Boolean({ description: 'An own expression is among them: a certain finding is hidden, too.' }),
    }),
  ),
});
const tags = ['registries'];

/** What a registry excludes: the expressions, what they hide, and a tester for others. */
export function exclusionRoutes(server: HttpServer, parts: ApiParts): void {
  server.get(
    '/registries/:id/exclusions',
    {
      schema: {
        tags,
        summary: 'What is not reported for its path, and how much of it there is',
        params: IdParams,
        response: answers({
          200: Type.Object({
            exclusions: ExclusionsSchema,
            counts: ExcludedSchema,
            settled: Type.Boolean({ description: 'Every verdict follows these exclusions; false for a while after a change.' }),
          }),
        }),
      },
    },
    async (request) => {
      const { workspaceId } = identityOf(request);
      const { id, exclusions, exclusionsRevision, judgedRevision } = await fetchRegistry(parts, workspaceId, request.params.id);
      const counts = viewExcluded(await parts.findings.countExcluded(workspaceId, id));
      return { exclusions: viewExclusions(exclusions), counts, settled: judgedRevision >= exclusionsRevision };
    },
  );
  server.post(
    '/registries/:id/exclusions/test',
    {
      schema: {
        tags,
        summary: 'Try paths against the exclusions of a registry, or against others',
        params: IdParams,
        body: TestBody,
        response: answers({ 200: Tested }),
      },
    },
    async (request) => {
      const registry = await fetchRegistry(parts, identityOf(request).workspaceId, request.params.id);
      return tried(new Exclusions(request.body.exclusions ?? registry.exclusions), request.body.paths);
    },
  );
}

function tried(exclusions: Exclusions, paths: readonly string[]): Static<typeof Tested> {
  const items = paths.map((path) => {
    const { excludedBy, hidden } = exclusions.of({ path, inFile: true, confidence: 'certain' });
    return { path, excludedBy: [...excludedBy], hidesCertain: hidden };
  });
  return { items };
}
