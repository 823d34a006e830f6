import { randomBytes, randomUUID } from 'node:crypto';
import type { LayerPage, Outcome } from '@tidewaiter/shared/protocol';

const digest = (): string => `sha256:${randomBytes(32).toString('hex')}`;

/** A report of about this many bytes. */
export function pageOf(bytes: number): LayerPage {
  const engine = { engineVersion: '1', ruleSetHash: 'a'.repeat(64), limitsHash: 'b'.repeat(64), fingerprintKeyId: 'c'.repeat(16) };
  return { kind: 'layer-page', digest: digest(), engine, page: 0, paths: { kind: 'files', hashes: 'A'.repeat(bytes) } };
}

export function outcomeOf(): Outcome {
  const grant = { assignmentId: randomUUID(), attempt: 1 };
  return { kind: 'outcome', grant, state: 'succeeded', failure: null, unread: [], timings: {} };
}
