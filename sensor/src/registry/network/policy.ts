import { TidewaiterError } from '@tidewaiter/shared/errors';
import { parseRegistryUrl } from '@tidewaiter/shared/registries';
import { type AllowedPlaces, allowedPlacesOf, bare, classOf, isLoopbackName } from './addresses.ts';

/** What the sensor's own configuration says of the network. No assignment can widen it. */
export interface NetworkPolicy {
  /** Plain http, and loopback addresses, for loopback hosts: development on one machine. */
  readonly allowPlainLoopback: boolean;
  /** Hosts (with their port, if not the default) and ranges that may lie in the private network. */
  readonly allowedHosts: readonly string[];
  /** OCI registries whose token service is another host: registry host -> token host. */
  readonly tokenHosts: Readonly<Record<string, string>>;
}

/** Decides which URLs and addresses are connected to. */
export class NetworkGuard {
  readonly policy: NetworkPolicy;
  readonly #places: AllowedPlaces;

  /** @throws config.invalid for an entry that is neither host nor range. */
  constructor(policy: NetworkPolicy) {
    this.policy = policy;
    this.#places = allowedPlacesOf(policy.allowedHosts);
  }

  /** @throws policy.refused unless it is https, or http to loopback where that is allowed; and never with user info. */
  checkUrl(url: URL): void {
    const isPlainLoopback = url.protocol === 'http:' && this.policy.allowPlainLoopback && isLoopbackName(url.hostname);
    const hasUserInfo = url.username !== '' || url.password !== '';
    if ((url.protocol === 'https:' || isPlainLoopback) && !hasUserInfo) return;
    throw new TidewaiterError('policy.refused', {
      which: `connection to ${url.host}`,
      got: hasUserInfo ? 'a URL with user info' : url.protocol.slice(0, -1),
      want: 'https',
      remedy: isLoopbackName(url.hostname) ? 'For development on this machine set TIDEWAITER_ALLOW_PLAIN_LOOPBACK=true.' : undefined,
    });
  }

  /** @throws policy.refused for an address that this host may not lie at. */
  checkAddress(hostname: string, port: string, address: string): void {
    if (this.#allows(bare(hostname), port, address)) return;
    throw new TidewaiterError('policy.refused', {
      which: `connection to ${hostname}`,
      got: `its address ${address} (${classOf(address)})`,
      want: 'a public address',
      remedy: `If this host belongs in your network, add it (or its range) to TIDEWAITER_ALLOWED_HOSTS.`,
    });
  }

  #allows(hostname: string, port: string, address: string): boolean {
    const { hosts, ranges } = this.#places;
    const kind = classOf(address);
    if (kind === 'public') return true;
    if (kind === 'never') return false;
    if (ranges.check(address, address.includes(':') ? 'ipv6' : 'ipv4')) return true;
    if (kind === 'loopback') return this.policy.allowPlainLoopback && isLoopbackName(hostname);
    // Behind VPC endpoints AWS's own names lie at private addresses; nobody else can give those names an address.
    return kind === 'private' && (hosts.has(hostname) || hosts.has(`${hostname}:${port || '443'}`) || isAwsName(hostname));
  }
}

/** The bucket that ECR keeps a region's layers in (ECR user guide, "Amazon ECR interface VPC endpoints", S3 gateway endpoint policy). */
const LAYER_BUCKET = /^prod-([a-z0-9-]+)-starport-layer-bucket\.s3(?:-fips)?(?:\.dualstack)?\.([a-z0-9-]+)\.amazonaws\.(?:com|com\.cn|eu)$/;

/** The region of a layer bucket's host name, or null when it is none. */
export function regionOfLayerBucket(hostname: string): string | null {
  const [, bucketRegion, region = null] = LAYER_BUCKET.exec(hostname) ?? [];
  return bucketRegion === region ? region : null;
}

function isAwsName(hostname: string): boolean {
  if (regionOfLayerBucket(hostname) !== null) return true;
  try {
    return parseRegistryUrl(hostname).provider === 'ecr';
  } catch {
    return false;
  }
}
