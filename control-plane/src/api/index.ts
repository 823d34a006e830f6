import type { HttpServer } from '../http/index.ts';
import { requirePermissions } from './auth.ts';
import { describeApi } from './openapi.ts';
import type { ApiParts } from './parts.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { exclusionRoutes } from './routes/exclusions.ts';
import { healthRoutes } from './routes/health.ts';
import { homeRoute } from './routes/home.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { issuerRoutes } from './routes/issuer.ts';
import { peopleRoutes } from './routes/people.ts';
import { registryRoutes } from './routes/registries.ts';
import { sensorRoutes } from './routes/sensors.ts';
import { verdictRoutes } from './routes/verdicts.ts';
import { webhookRoutes } from './routes/webhook.ts';
import { webhookKeyRoutes } from './routes/webhook-keys.ts';
import { workRoutes } from './routes/work.ts';

export type { ApiParts } from './parts.ts';
export { permissions } from './permissions.ts';

/** Registers every route of the control plane, each under the table of permissions. */
export async function registerApi(server: HttpServer, parts: ApiParts): Promise<void> {
  requirePermissions(server, parts.workspaces);
  await describeApi(server);
  homeRoute(server);
  healthRoutes(server, parts);
  issuerRoutes(server, parts);
  await webhookRoutes(server, parts);
  await server.register(
    async (scope) => {
      for (const add of resourceRoutes) add(scope, parts);
    },
    { prefix: '/api/v1' },
  );
}

const resourceRoutes = [
  registryRoutes,
  exclusionRoutes,
  webhookKeyRoutes,
  catalogRoutes,
  workRoutes,
  verdictRoutes,
  incidentRoutes,
  sensorRoutes,
  peopleRoutes,
] as const;
