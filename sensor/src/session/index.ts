export type { WorkTools } from './assignment.ts';
export { ReconnectWindows } from './reconnect.ts';
export { Session, type SessionParts } from './session.ts';
