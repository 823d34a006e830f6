import { timingSafeEqual } from 'node:crypto';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Context, Registry, WebhookKey } from '../storage/index.ts';
import { hashSecret, makeSecret } from '../workspaces/index.ts';
import { claimOf } from './notice.ts';

/** Two: the one in use and the one a rotation brings; EventBridge drops an event on a 401, so both must work for a while. */
const LIVE_KEYS_MAX = 2;

/** Deliveries that were refused. */
export interface Rejections {
  readonly count: number;
  readonly lastAt: number | null;
}

/**
 * The keys of the push webhook: each belongs to one registry. A key is `twk_`, its id without dashes, `_` and 43 base64url characters: the
 * id is public and says whose key was wrong, so that nobody else's registry counts it.
 */
export interface WebhookKeys {
  /** The key's row and, once, the key itself. @throws resource.conflict when two keys live already. */
  create(workspaceId: string, registryId: string): Promise<{ readonly key: WebhookKey; readonly secret: string }>;
  /** Those that live. */
  list(workspaceId: string, registryId: string): Promise<readonly WebhookKey[]>;
  /** Ends a key now; false when there is no such key here. */
  end(workspaceId: string, registryId: string, id: string): Promise<boolean>;
  /**
   * The live registry that a delivery's key belongs to. Null for a wrong key: one that names a key of ours (wrong, ended, of a registry that
   * was disconnected) is counted with that key, any other by what the body claims.
   */
  admit(presented: string | null, rawBody: string): Promise<Registry | null>;
  /**
   * `named`: deliveries that named a key of this registry. `claimed`: those that named no key of anyone and whose body claims the
   * registry's account and region, of which every workspace with that account sees the same count.
   */
  countRejections(registry: Registry): Promise<{ readonly named: Rejections; readonly claimed: Rejections }>;
}

/** Makes, checks and revokes webhook keys, and counts what came under a wrong one. */
export function createWebhookKeys(context: Context, random: (length: number) => Uint8Array): WebhookKeys {
  const { store, now, newId } = context;
  return {
    async list(workspaceId, registryId) {
      const keys = await store.registries.listWebhookKeys(workspaceId, registryId);
      return keys.filter((key) => isLive(key, now()));
    },
    async create(workspaceId, registryId) {
      const id = newId();
      const secret = makeSecret(`twk_${id.replaceAll('-', '')}`, random);
      const key = { workspaceId, registryId, id, keyHash: hashSecret(secret), createdAt: now(), expiresAt: null };
      if (await store.registries.createWebhookKey(workspaceId, registryId, key, LIVE_KEYS_MAX, now())) return { key, secret };
      throw tooMany(registryId);
    },
    end: (workspaceId, registryId, id) => store.registries.updateWebhookKey(workspaceId, registryId, id, { expiresAt: now() }),
    admit: (presented, rawBody) => admit(context, presented, rawBody),
    async countRejections({ workspaceId, id, account, region }) {
      const named = await store.registries.countRejections(workspaceId, id);
      const claimed = account === null ? { count: 0, lastAt: null } : await store.events.countRejections(account, region ?? '');
      return { named, claimed };
    },
  };
}

async function admit({ store, now }: Context, presented: string | null, rawBody: string): Promise<Registry | null> {
  const keyId = presented === null ? null : keyIdOf(presented);
  const named = keyId === null ? null : await store.registries.fetchByWebhookKey(keyId);
  if (named === null || presented === null) {
    const { account, region } = claimOf(rawBody);
    await store.events.createRejection(account, region, now());
    return null;
  }
  const { key, registry } = named;
  if (isSame(hashSecret(presented), key.keyHash) && isLive(key, now()) && registry.deletedAt === null) return registry;
  await store.registries.createRejection(key.workspaceId, key.registryId, key.id, now());
  return null;
}

const isLive = ({ expiresAt }: WebhookKey, nowMs: number): boolean => expiresAt === null || expiresAt > nowMs;

/** The public part of a key, as the id it is stored under; null where there is none. */
function keyIdOf(presented: string): string | null {
  const id = /^twk_([0-9a-f]{32})_/.exec(presented)?.[1];
  return id === undefined ? null : id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** In constant time, both being SHA-256 in hex. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));

const tooMany = (registryId: string): TidewaiterError =>
  new TidewaiterError('resource.conflict', {
    which: `webhook keys of registry ${registryId}`,
    got: `${LIVE_KEYS_MAX} live`,
    want: `fewer than ${LIVE_KEYS_MAX} before another is made`,
    remedy: 'End the one that is no longer sent: DELETE /api/v1/registries/{id}/webhook-keys/{keyId}.',
  });
