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

/** The keys of the push webhook: each belongs to one registry. */
export interface WebhookKeys {
  /** The key's row and, once, the key itself. @throws resource.conflict when two keys live already. */
  create(workspaceId: string, registryId: string): Promise<{ readonly key: WebhookKey; readonly secret: string }>;
  /** Those that live. */
  list(workspaceId: string, registryId: string): Promise<readonly WebhookKey[]>;
  /** Ends a key now; false when there is no such key here. */
  end(workspaceId: string, registryId: string, id: string): Promise<boolean>;
  /** The live registry that a delivery's key belongs to; null for a wrong key, which is counted by what the body claims. */
  admit(presented: string | null, rawBody: string): Promise<Registry | null>;
  /** Deliveries with a wrong key that claimed the registry's account and region. */
  countRejections(registry: Registry): Promise<Rejections>;
}

export function createWebhookKeys(context: Context, random: (length: number) => Uint8Array): WebhookKeys {
  const { store, now, newId } = context;
  const list = async (workspaceId: string, registryId: string): Promise<readonly WebhookKey[]> => {
    const keys = await store.registries.listWebhookKeys(workspaceId, registryId);
    return keys.filter((key) => key.expiresAt === null || key.expiresAt > now());
  };
  return {
    list,
    async create(workspaceId, registryId) {
      const live = await list(workspaceId, registryId);
      if (live.length >= LIVE_KEYS_MAX) throw tooMany(registryId, live.length);
      const secret = makeSecret('twh', random);
      const key = { workspaceId, registryId, id: newId(), keyHash: hashSecret(secret), createdAt: now(), expiresAt: null };
      await store.registries.createWebhookKey(workspaceId, registryId, key);
      return { key, secret };
    },
    end: (workspaceId, registryId, id) => store.registries.updateWebhookKey(workspaceId, registryId, id, { expiresAt: now() }),
    async admit(presented, rawBody) {
      const registry = presented === null ? null : await store.registries.fetchByWebhookKeyHash(hashSecret(presented), now());
      if (registry) return registry;
      const { account, region } = claimOf(rawBody);
      await store.events.createRejection(account, region, now());
      return null;
    },
    async countRejections({ account, region }) {
      return account === null ? { count: 0, lastAt: null } : store.events.countRejections(account, region ?? '');
    },
  };
}

const tooMany = (registryId: string, live: number): TidewaiterError =>
  new TidewaiterError('resource.conflict', {
    which: `webhook keys of registry ${registryId}`,
    got: `${live} live`,
    want: `at most ${LIVE_KEYS_MAX}`,
    remedy: 'End the one that is no longer sent: DELETE /api/v1/registries/{id}/webhook-keys/{keyId}.',
  });
