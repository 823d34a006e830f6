import type { Role } from '../storage/index.ts';

const rank = { viewer: 0, member: 1, manager: 2, owner: 3 } as const satisfies Record<Role, number>;

/** True when `role` may do what `least` may. */
export function isAtLeastRole(role: Role, least: Role): boolean {
  return rank[role] >= rank[least];
}

/** Whose tokens `role` may make and revoke: an owner anyone's, a manager those below owner. */
export function mayGrant(role: Role, granted: Role): boolean {
  return role === 'owner' || (role === 'manager' && granted !== 'owner');
}
