import { setTimeout as sleep } from 'node:timers/promises';
import type { EcrRequest } from '../ecr/index.ts';
import type { FaultSubject } from '../faults/index.ts';
import { AwsError } from '../http/index.ts';
import type { Damage, LayerAddress } from '../s3/index.ts';
import type { CloudParts } from './parts.ts';

/** Before a call of ECR: faults that are set for it, then the operation's quota. */
export async function gateEcr(parts: CloudParts, request: EcrRequest): Promise<void> {
  await delay(parts, request);
  if (parts.faults.take('serverError', request) !== undefined) {
    throw new AwsError('ServerException', 500, 'These errors are usually caused by a server-side issue.');
  }
  refuseByFault(parts, request);
  if (parts.faults.take('throttle', request) !== undefined || !parts.throttle.take(request.operation)) {
    throw new AwsError('ThrottlingException', 400, 'Rate exceeded');
  }
}

/** Before a call of STS: faults only; its quotas are far above what one client reaches. */
export async function gateSts(parts: CloudParts, operation: string): Promise<void> {
  await delay(parts, { operation });
  if (parts.faults.take('serverError', { operation }) !== undefined)
    throw new AwsError('InternalFailure', 500, 'The request processing has failed.');
  refuseByFault(parts, { operation });
  if (parts.faults.take('throttle', { operation }) !== undefined) throw new AwsError('Throttling', 400, 'Rate exceeded');
}

/** What is to go wrong with a download of the layer origin. */
export function damageOf(parts: CloudParts, { repository, digest }: LayerAddress): Damage {
  const subject = { repository, digest, operation: 'GetObject' };
  const slow = parts.faults.take('slow', subject);
  return {
    delayMs: slow?.delayMs ?? 0,
    bytesPerSecond: slow?.bytesPerSecond ?? Number.POSITIVE_INFINITY,
    cutAfterBytes: parts.faults.take('cut', subject)?.afterBytes ?? Number.POSITIVE_INFINITY,
    wrongDigest: parts.faults.take('wrongDigest', subject) !== undefined,
    slowDown: parts.faults.take('throttle', subject) !== undefined,
  };
}

function refuseByFault(parts: CloudParts, subject: FaultSubject): void {
  const fault = parts.faults.take('error', subject);
  if (fault !== undefined) throw new AwsError(fault.code ?? '', fault.status ?? 400, fault.message ?? `a fault set ${fault.code}`);
}

async function delay(parts: CloudParts, subject: FaultSubject): Promise<void> {
  const delayMs = parts.faults.take('slow', subject)?.delayMs ?? 0;
  if (delayMs > 0) await sleep(delayMs);
}
