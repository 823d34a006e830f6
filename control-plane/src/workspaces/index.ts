export type { ApiToken, AuditEntry, Role, Workspace } from '../storage/index.ts';
export { isAtLeastRole } from './roles.ts';
export { hashSecret, makeSecret } from './secret.ts';
export { type Identity, Workspaces } from './workspaces.ts';
