import type { HttpServer } from '../../http/index.ts';
import { DOCS_PATH } from '../permissions.ts';

/** Where a program that asks at the top finds what there is. */
const places = {
  name: 'Tidewaiter control plane',
  docs: DOCS_PATH,
  openapi: '/api/v1/openapi.json',
  api: '/api/v1',
  health: '/livez',
  ready: '/readyz',
} as const;

/** `GET /`: a browser is sent to the rendered API, a program is told where things are. */
export function homeRoute(server: HttpServer): void {
  server.get('/', { schema: { hide: true } }, async (request, reply) =>
    (request.headers.accept ?? '').includes('text/html') ? reply.redirect(DOCS_PATH) : reply.send(places),
  );
}
