export { AwsError, SetupError } from './aws-error.ts';
export { readBody } from './body.ts';
export { amzDate, type Clock, isoSeconds, MovableClock, parseAmzDate } from './clock.ts';
export { isRecord, parseRecord } from './record.ts';
export { type Handler, listen, type LoopbackServer } from './server.ts';
