import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Frame } from '@tidewaiter/shared/protocol';
import { handleAccept } from './accept.ts';
import { handleClaim } from './claim.ts';
import type { Handling, Reply } from './handling.ts';
import { handleHeartbeat } from './heartbeat.ts';
import { handleHello } from './hello.ts';
import { handleReport } from './report.ts';
import { handleTokenRequest } from './token-request.ts';

export type { Handling, Reply } from './handling.ts';

/** The handler of every frame a sensor may send. @throws protocol.out-of-order for frames only the control plane sends. */
export async function handleFrame(handling: Handling, frame: Frame): Promise<Reply> {
  switch (frame.type) {
    case 'hello':
      return handleHello(handling, frame.body);
    case 'accept':
      return handleAccept(handling, frame.body);
    case 'heartbeat':
      return handleHeartbeat(handling, frame.body);
    case 'claim':
      return handleClaim(handling, frame.body);
    case 'token-request':
      return handleTokenRequest(handling, frame.body);
    case 'report':
      return handleReport(handling, frame.body);
    case 'goodbye':
    case 'error':
      return null;
    default:
      throw new TidewaiterError('protocol.out-of-order', {
        which: `${frame.type} frame`,
        got: 'it from a sensor',
        want: 'it from the control plane',
      });
  }
}
