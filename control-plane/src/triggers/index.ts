export type { ManualTarget, PushReceipt, Triggers } from './face.ts';
export { SETTLE_MS } from './push.ts';
export { createTriggers } from './triggers.ts';
