import { Type } from 'typebox';
import type { HttpServer } from '../../http/index.ts';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { ApiParts } from '../parts.ts';
import { answers } from '../resources/problem.ts';

const Status = Type.Object({ status: Type.Literal('ok') });
const tags = ['health'];

/** `/livez` says that the process answers, nothing of what it depends on; `/readyz` that the database answers too. */
export function healthRoutes(server: HttpServer, parts: Pick<ApiParts, 'ready' | 'closing'>): void {
  server.get('/livez', { schema: { tags, summary: 'Is the process alive', response: answers({ 200: Status }) } }, async () => ({
    status: 'ok' as const,
  }));
  server.get('/readyz', { schema: { tags, summary: 'Can it serve', response: answers({ 200: Status }) } }, async () => {
    if (parts.closing.aborted) throw new TidewaiterError('overloaded', { which: 'this process', got: 'one that shuts down' });
    await parts.ready();
    return { status: 'ok' as const };
  });
}
