import type { IssuerKey } from '../storage/index.ts';
import { TOKEN_SECONDS } from './token.ts';

const HOUR_MS = 3_600_000;
/** AWS does not document how long STS caches a JWKS: a key is published this long before its first use and after its last. */
const PUBLISH_AHEAD_MS = 24 * HOUR_MS;
const PUBLISH_AFTER_MS = PUBLISH_AHEAD_MS + TOKEN_SECONDS * 1000;
/** How long one key signs. */
const ACTIVE_MS = 90 * 24 * HOUR_MS;

/** One step of a rotation; every step is a compare-and-swap in the store, so replicas may all try it. */
export type RotationStep =
  | { readonly kind: 'create'; readonly state: 'pending' | 'active' }
  | { readonly kind: 'update'; readonly kid: string; readonly from: IssuerKey['state']; readonly to: IssuerKey['state'] };

/**
 * What is due now, in order: none yet -> an active key at once; an old active key -> a pending one; a pending one published long
 * enough -> it takes over; a retired one unused long enough -> removed.
 * @param forced rotate though the active key is young.
 */
export function dueSteps(keys: readonly IssuerKey[], nowMs: number, forced = false): readonly RotationStep[] {
  const active = keys.find((key) => key.state === 'active');
  const pending = keys.find((key) => key.state === 'pending');
  const removals = keys.filter((key) => key.state === 'retiring' && nowMs - (key.retiredAt ?? nowMs) >= PUBLISH_AFTER_MS).map(removal);
  if (!pending) return [...firstOrNext(active, nowMs, forced), ...removals];
  const isPublished = nowMs - pending.createdAt >= PUBLISH_AHEAD_MS;
  return [...(isPublished || !active ? takeover(active, pending) : []), ...removals];
}

function firstOrNext(active: IssuerKey | undefined, nowMs: number, forced: boolean): readonly RotationStep[] {
  if (!active) return [{ kind: 'create', state: 'active' }];
  const isOld = nowMs - (active.activatedAt ?? active.createdAt) >= ACTIVE_MS - PUBLISH_AHEAD_MS;
  return isOld || forced ? [{ kind: 'create', state: 'pending' }] : [];
}

/** Retire first: at most one key is active at any time, and what signs in between is still published. */
function takeover(active: IssuerKey | undefined, pending: IssuerKey): readonly RotationStep[] {
  const retire: readonly RotationStep[] = active ? [{ kind: 'update', kid: active.kid, from: 'active', to: 'retiring' }] : [];
  return [...retire, { kind: 'update', kid: pending.kid, from: 'pending', to: 'active' }];
}

function removal(key: IssuerKey): RotationStep {
  return { kind: 'update', kid: key.kid, from: 'retiring', to: 'removed' };
}
