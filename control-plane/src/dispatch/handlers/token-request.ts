import type { FrameBody } from '@tidewaiter/shared/protocol';
import { type Handling, type Reply, rfc3339 } from './handling.ts';

/** A web-identity token for the registry of an assignment that this sensor holds now. */
export async function handleTokenRequest({ parts, sensor }: Handling, { grant }: FrameBody<'token-request'>): Promise<Reply> {
  const { token, expiresAt } = await parts.issuer.mint(sensor, grant);
  return { type: 'token', body: { token, expiresAt: rfc3339(expiresAt) } };
}
