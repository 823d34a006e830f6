import { TidewaiterError } from '@tidewaiter/shared/errors';
import { engineKey } from '@tidewaiter/shared/findings';
import type { FrameBody } from '@tidewaiter/shared/protocol';
import { CLAIM_RETRY_MS } from '../limits.ts';
import type { Handling, Reply } from './handling.ts';

/** Which layers this sensor is to read: known ones are facts already, others are being read elsewhere. */
export async function handleClaim({ parts, sensor, engine }: Handling, claim: FrameBody<'claim'>): Promise<Reply> {
  if (engine === null || engineKey(engine) !== engineKey(claim.engine))
    throw new TidewaiterError('protocol.frame-invalid', { which: 'claim frame', got: 'another engine than in hello', want: 'the same' });
  const { known, yours, wait } = await parts.findings.claim(sensor, claim.grant, claim.engine, claim.digests);
  const retryAfterMs = wait.length > 0 ? CLAIM_RETRY_MS : 0;
  return { type: 'claimed', body: { known: [...known], yours: [...yours], wait: [...wait], retryAfterMs } };
}
