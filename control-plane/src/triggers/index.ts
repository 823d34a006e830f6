export type { PushEvent, WebhookKey } from '../storage/index.ts';
export type { ManualTarget, Triggers } from './face.ts';
export { createTriggers } from './triggers.ts';
export { createWebhookKeys, type WebhookKeys } from './webhook-keys.ts';
