export type { WorkTools } from './assignment.ts';
export { type EnrolmentParts, Enrolments } from './enrolments.ts';
export { Session, type SessionParts } from './session.ts';
export { openSocket } from './socket.ts';
