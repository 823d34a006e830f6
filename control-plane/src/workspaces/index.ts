export { isAtLeastRole } from './roles.ts';
export { hashSecret, makeSecret } from './secret.ts';
export { type Identity, type IssuedToken, type Surroundings, Workspaces } from './workspaces.ts';
