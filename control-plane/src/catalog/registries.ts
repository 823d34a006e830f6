import { hasCode, TidewaiterError } from '@tidewaiter/shared/errors';
import type { Page, PageRequest } from '@tidewaiter/shared/lists';
import { checkExpressions, type ExclusionSettings } from '@tidewaiter/shared/exclusions';
import type { RegistryAccess } from '@tidewaiter/shared/protocol';
import { parseRegistryUrl } from '@tidewaiter/shared/registries';
import type { Context, Perimeter, Registry } from '../storage/index.ts';

/** What a registry excludes unless it says otherwise. */
const DEFAULT_EXCLUSIONS: ExclusionSettings = { presets: ['default'], expressions: [] };
const NOTHING_TO_JUDGE = { exclusionsRevision: 0, judgedRevision: 0 };

/** What a person connects. */
export interface WantedRegistry {
  /** Host or https URL; ECR is detected. */
  readonly url: string;
  readonly access: RegistryAccess;
  readonly perimeter: Perimeter;
  readonly intervalSeconds: number;
  /** The preset `default` unless given. */
  readonly exclusions?: ExclusionSettings;
}

/** Connected registries. One that was disconnected is not there any more. */
export interface Registries {
  /** @throws reference.invalid, request.invalid (an access this provider has not, an expression that is none), storage.conflict (connected already). */
  create(workspaceId: string, wanted: WantedRegistry): Promise<Registry>;
  fetch(workspaceId: string, id: string): Promise<Registry | null>;
  list(workspaceId: string, page: PageRequest): Promise<Page<Registry>>;
  /**
   * Answers the registry as it is then; null when there is none. `entire` watches all its repositories at once. Verdicts follow other
   * exclusions when they are judged anew. @throws request.invalid (an expression that is none)
   */
  update(
    workspaceId: string,
    id: string,
    change: { readonly perimeter?: Perimeter; readonly intervalSeconds?: number; readonly exclusions?: ExclusionSettings },
  ): Promise<Registry | null>;
}

/** Connects registries, and keeps what is set of each. */
export function createRegistries(context: Context): Registries {
  const { registries } = context.store;
  const fetchLive = async (workspaceId: string, id: string): Promise<Registry | null> => {
    const registry = await registries.fetch(workspaceId, id);
    return registry?.deletedAt === null ? registry : null;
  };
  return {
    fetch: fetchLive,
    async create(workspaceId, wanted) {
      const registry = newRegistry(context, workspaceId, wanted);
      await registries.create(workspaceId, registry).catch((error: unknown) => {
        throw hasCode(error, 'storage.conflict') ? connectedAlready(registry.host, error) : error;
      });
      return registry;
    },
    list: (workspaceId, page) => registries.list(workspaceId, page),
    async update(workspaceId, id, { perimeter, intervalSeconds, exclusions }) {
      if (exclusions) checkExpressions(exclusions.expressions, 'body/exclusions/expressions');
      const registry = await fetchLive(workspaceId, id);
      if (!registry) return null;
      await registries.update(workspaceId, id, {
        ...(perimeter ? { perimeter } : {}),
        ...(exclusions ? { exclusions } : {}),
        ...(intervalSeconds ? intervalChange(registry, intervalSeconds) : {}),
      });
      return fetchLive(workspaceId, id);
    },
  };
}

/** The database says which index it broke, which tells nobody which registry. */
function connectedAlready(host: string, cause: unknown): TidewaiterError {
  return new TidewaiterError('storage.conflict', {
    which: `registry ${host}`,
    got: 'a registry that is connected already',
    remedy: 'Use the one that is there: GET /api/v1/registries lists it.',
    cause,
  });
}

function newRegistry({ now, newId }: Context, workspaceId: string, wanted: WantedRegistry): Registry {
  const { access, perimeter, intervalSeconds, exclusions = DEFAULT_EXCLUSIONS } = wanted;
  checkExpressions(exclusions.expressions, 'body/exclusions/expressions');
  const address = parseRegistryUrl(wanted.url);
  const { account, region } = address.provider === 'ecr' ? address : { account: null, region: null };
  if (address.provider === 'oci' && access.method !== 'anonymous')
    throw accessMismatch(`${access.method} for the OCI host ${address.host}`, 'anonymous');
  if (address.provider === 'ecr' && access.method === 'anonymous') throw accessMismatch('anonymous for ECR', 'web-identity or host-role');
  const createdAt = now();
  const { provider, host } = address;
  const dates = { createdAt, syncedAt: null, nextSyncAt: createdAt + intervalSeconds * 1_000, deletedAt: null };
  return {
    workspaceId,
    id: newId(),
    provider,
    host,
    account,
    region,
    access,
    perimeter,
    intervalSeconds,
    exclusions,
    ...NOTHING_TO_JUDGE,
    ...dates,
  };
}

/** The next listing counts from the last one, so that a shorter interval takes effect at once. */
function intervalChange(registry: Registry, intervalSeconds: number): Pick<Registry, 'intervalSeconds' | 'nextSyncAt'> {
  return { intervalSeconds, nextSyncAt: (registry.syncedAt ?? registry.createdAt) + intervalSeconds * 1_000 };
}

const accessMismatch = (got: string, want: string): TidewaiterError =>
  new TidewaiterError('request.invalid', { which: 'body/access/method', got, want });
