import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { bare } from './addresses.ts';
import { CONNECT_MS_MAX, CONNECTIONS_MAX, HEAD_MS_MAX, SILENCE_MS_MAX } from './limits.ts';
import type { NetworkGuard } from './policy.ts';

/**
 * An agent that connects only where the guard allows. The address is checked between its resolution and the connection, so a name
 * cannot change its address in between (DNS rebinding).
 */
export function guardedAgent(guard: NetworkGuard): Agent {
  const connect: buildConnector.connector = (options, callback) => {
    const { hostname, port } = options;
    try {
      // node:net asks no lookup for an address that is written as one.
      if (isIP(bare(hostname)) !== 0) guard.checkAddress(hostname, port, bare(hostname));
    } catch (error) {
      callback(asError(error), null);
      return;
    }
    buildConnector({ timeout: CONNECT_MS_MAX, lookup: guardedLookup(guard, port) })(options, callback);
  };
  return new Agent({ connect, connections: CONNECTIONS_MAX, headersTimeout: HEAD_MS_MAX, bodyTimeout: SILENCE_MS_MAX, allowH2: false });
}

function guardedLookup(guard: NetworkGuard, port: string): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      try {
        for (const { address } of addresses) guard.checkAddress(hostname, port, address);
      } catch (refusal) {
        return callback(asError(refusal), '');
      }
      const [first] = addresses;
      return options.all || !first ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
