import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Role } from '../workspaces/index.ts';

/** The least role a route asks for. `anyone`: no API token; the route has a check of its own (a key, a token in the body) or needs none. */
export type Access = Role | 'anyone';

/**
 * Every route and who may call it: the one table. Owner all; manager registries, perimeters, scans, sensors
 * and tokens; member incidents; viewer reads. A request for a scan may list a whole registry anew, as `sync` does: it is a manager's, too.
 */
export const permissions: Readonly<Record<string, Access>> = {
  'GET /': 'anyone',
  'GET /livez': 'anyone',
  'GET /readyz': 'anyone',
  'GET /exposed/.well-known/openid-configuration': 'anyone',
  'GET /exposed/.well-known/jwks.json': 'anyone',
  'GET /api/v1/openapi.json': 'anyone',
  'POST /api/webhooks/ecr': 'anyone',
  'POST /api/v1/sensors/enrol': 'anyone',

  'GET /api/v1/workspace': 'viewer',
  'GET /api/v1/registries': 'viewer',
  'POST /api/v1/registries': 'manager',
  'GET /api/v1/registries/:id': 'viewer',
  'PATCH /api/v1/registries/:id': 'manager',
  'POST /api/v1/registries/:id/sync': 'manager',
  'GET /api/v1/registries/:id/trust': 'viewer',
  'GET /api/v1/registries/:id/exclusions': 'viewer',
  'POST /api/v1/registries/:id/exclusions/test': 'viewer',
  'GET /api/v1/registries/:id/events': 'viewer',
  'GET /api/v1/registries/:id/webhook-keys': 'manager',
  'POST /api/v1/registries/:id/webhook-keys': 'manager',
  'DELETE /api/v1/registries/:id/webhook-keys/:keyId': 'manager',
  'GET /api/v1/registries/:id/repositories': 'viewer',
  'GET /api/v1/repositories/:id': 'viewer',
  'PATCH /api/v1/repositories/:id': 'manager',
  'GET /api/v1/images': 'viewer',

  'GET /api/v1/scans': 'viewer',
  'POST /api/v1/scans': 'manager',
  'GET /api/v1/scans/:digest': 'viewer',
  'GET /api/v1/assignments': 'viewer',
  'GET /api/v1/assignments/:id': 'viewer',
  'POST /api/v1/assignments/:id/cancel': 'manager',
  'GET /api/v1/verdicts/:digest': 'viewer',

  'GET /api/v1/incidents': 'viewer',
  'GET /api/v1/incidents/:id': 'viewer',
  'GET /api/v1/incidents/:id/occurrences': 'viewer',
  'GET /api/v1/incidents/:id/activity': 'viewer',
  'GET /api/v1/incidents/:id/notes': 'viewer',
  'POST /api/v1/incidents/:id/notes': 'member',
  'POST /api/v1/incidents/:id/assign': 'member',
  'POST /api/v1/incidents/:id/resolve': 'member',
  'POST /api/v1/incidents/:id/ignore': 'member',
  'POST /api/v1/incidents/:id/reopen': 'member',

  'GET /api/v1/sensors': 'viewer',
  'GET /api/v1/sensors/:id': 'viewer',
  'POST /api/v1/sensors/:id/revoke': 'manager',
  'GET /api/v1/enrolment-tokens': 'manager',
  'POST /api/v1/enrolment-tokens': 'manager',
  'DELETE /api/v1/enrolment-tokens/:id': 'manager',
  'GET /api/v1/tokens': 'manager',
  'POST /api/v1/tokens': 'manager',
  'DELETE /api/v1/tokens/:id': 'manager',
  'GET /api/v1/audit': 'owner',
};

/** The rendered API page and its files. */
export const DOCS_PATH = '/docs';

/** @throws internal for a route that the table forgot: it must not be served at all. */
export function accessOf(method: string, url: string): Access {
  if (url === DOCS_PATH || url.startsWith(`${DOCS_PATH}/`)) return 'anyone';
  const access = permissions[`${method === 'HEAD' ? 'GET' : method} ${url}`];
  if (access === undefined)
    throw new TidewaiterError('internal', { which: `route ${method} ${url}`, got: 'no row in the table of permissions' });
  return access;
}
