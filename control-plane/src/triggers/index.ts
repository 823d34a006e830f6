export type { ManualTarget, PushReceipt, Triggers } from './face.ts';
