import { BlockList, isIP } from 'node:net';
import { TidewaiterError } from '@tidewaiter/shared/errors';

/** What an address is to us: `never` has no switch, `loopback` and `local` must be named as a range, `private` also by host. */
type AddressClass = 'public' | 'private' | 'loopback' | 'local' | 'never';

const listOf = (...ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) addRange(list, range);
  return list;
};

/** IANA's special-purpose registries (RFC 6890 and its updates), as far as a registry could be hidden there. */
const classes: readonly (readonly [AddressClass, BlockList])[] = [
  ['never', listOf('0.0.0.0/8', '::/128', '224.0.0.0/4', '240.0.0.0/4', 'ff00::/8')],
  ['loopback', listOf('127.0.0.0/8', '::1/128')],
  // Link-local holds the metadata services: 169.254.169.254, 169.254.170.2 and .23, fd00:ec2::254, fd00:ec2::23.
  ['local', listOf('169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32')],
  [
    'private',
    listOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '192.0.0.0/24', '198.18.0.0/15', 'fc00::/7', 'fec0::/10'),
  ],
];

export function classOf(address: string): AddressClass {
  const inner = embeddedIpv4(address);
  if (inner !== null) return classOf(inner);
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return classes.find(([, list]) => list.check(address, family))?.[0] ?? 'public';
}

/** The IPv4 address that an IPv6 one carries (mapped, compatible, NAT64 of RFC 6052, 6to4 of RFC 3056), or null. */
function embeddedIpv4(address: string): string | null {
  if (isIP(address) !== 6) return null;
  const groups = groupsOf(address);
  if (groups === null) return null;
  const [first = 0, second = 0, third = 0] = groups;
  if (first === 0x2002) return dotted(second, third);
  const head = groups.slice(0, 6).join(',');
  const isNat64 = head === [0x64, 0xff9b, 0, 0, 0, 0].join(',');
  const isMapped = head === '0,0,0,0,0,65535' || head === '0,0,0,0,65535,0';
  const isCompatible = head === '0,0,0,0,0,0' && (groups[6] ?? 0) !== 0;
  return isNat64 || isMapped || isCompatible ? dotted(groups[6] ?? 0, groups[7] ?? 0) : null;
}

const dotted = (high: number, low: number): string => [high >> 8, high & 255, low >> 8, low & 255].join('.');

/** The eight groups of an IPv6 address that isIP() knows. */
function groupsOf(address: string): readonly number[] | null {
  // The URL parser writes every form of an IPv6 address as hexadecimal groups.
  const text = new URL(`http://[${address.replace(/%.*/, '')}]`).hostname.slice(1, -1);
  const [head = '', tail] = text.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...middle, ...after].map((group) => Number.parseInt(group, 16));
}

function addRange(list: BlockList, range: string): void {
  const [address = '', prefix = ''] = range.split('/');
  list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

const RANGE = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/;
const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/;

/** Hosts and ranges of the configuration, parsed. */
export interface AllowedPlaces {
  readonly hosts: ReadonlySet<string>;
  readonly ranges: BlockList;
}

/** Parses hosts (`registry.corp`, `registry.corp:5000`) and ranges (`10.1.0.0/16`). @throws config.invalid naming the entry. */
export function allowedPlacesOf(entries: readonly string[]): AllowedPlaces {
  const ranges = new BlockList();
  const hosts = new Set<string>();
  for (const entry of entries) {
    if (isRange(entry)) addRange(ranges, entry);
    else if (HOST.test(entry)) hosts.add(entry);
    else
      throw new TidewaiterError('config.invalid', {
        which: 'allowed hosts',
        got: entry,
        want: 'a host name, host:port, or range like 10.1.0.0/16',
      });
  }
  return { hosts, ranges };
}

function isRange(entry: string): boolean {
  const [, address = '', prefix = ''] = RANGE.exec(entry) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(prefix) <= (family === 6 ? 128 : 32);
}

export const isLoopbackName = (hostname: string): boolean =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || (isIP(bare(hostname)) !== 0 && classOf(bare(hostname)) === 'loopback');

/** A URL's hostname without the brackets of IPv6. */
export const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');
