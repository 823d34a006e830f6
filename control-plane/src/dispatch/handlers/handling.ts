import type { EngineIdentity } from '@tidewaiter/shared/findings';
import type { FrameBody, FrameType } from '@tidewaiter/shared/protocol';
import type { Sensor } from '../../storage/index.ts';
import type { GatewayParts } from '../face.ts';
import type { Leases } from '../leases.ts';

/** What a handler answers: one frame in reply, or none. */
export type Reply = { [T in FrameType]: { readonly type: T; readonly body: FrameBody<T> } }[FrameType] | null;

/** What a handler may see of the socket it serves. */
export interface Handling {
  readonly parts: GatewayParts;
  readonly sensor: Sensor;
  readonly leases: Leases;
  /** Set by hello; every later frame may rely on it. */
  readonly engine: EngineIdentity | null;
  /** Of payloads, agreed on with hello. */
  readonly schema: number;
  /** More may be offered now. */
  readonly offerSoon: () => void;
}

export const rfc3339 = (ms: number): string => new Date(ms).toISOString();
