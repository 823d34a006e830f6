export { type DeadLetter, type Delivery, EventBus, type RuleSetup } from './bus.ts';
export type { CloudEvent } from './event.ts';
export type { ApiDestination } from './invocation.ts';
export type { RetrySetup } from './retry.ts';
