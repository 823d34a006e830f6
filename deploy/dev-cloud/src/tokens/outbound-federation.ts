import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Clock, Handler } from '../http/index.ts';
import { discoveryDocument } from './discovery.ts';
import { type TokenAlgorithm, TokenSigner } from './signer.ts';

const algorithms: readonly TokenAlgorithm[] = ['RS256', 'ES384'];

interface Issuer {
  readonly issuer: string;
  readonly signer: TokenSigner;
}

/**
 * IAM's outbound identity federation: accounts that turned it on have an issuer of their own, whose tokens STS signs for their
 * principals (IAM user guide, "Understanding token claims"). Served at `/<id>/.well-known/…` of one loopback origin.
 */
export class OutboundFederation {
  readonly #clock: Clock;
  readonly #issuers = new Map<string, Issuer>();
  readonly #paths = new Map<string, Issuer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Turns it on for an account. Without `issuer` the tokens name the loopback address that serves the documents; with one (such as
   * `https://<id>.tokens.sts.global.api.aws`) they name that, for verifiers that map it to the address themselves.
   */
  enable(accountId: string, origin: string, issuer?: string): { readonly issuer: string; readonly servedAt: string } {
    const path = `/${randomUUID()}`;
    const entry = { issuer: issuer ?? `${origin}${path}`, signer: new TokenSigner() };
    this.#issuers.set(accountId, entry);
    this.#paths.set(path, entry);
    return { issuer: entry.issuer, servedAt: `${origin}${path}` };
  }

  /** A token of the account's issuer; undefined if the account has none. */
  token(accountId: string, claims: Readonly<Record<string, unknown>>, seconds: number, algorithm: TokenAlgorithm): string | undefined {
    const entry = this.#issuers.get(accountId);
    if (entry === undefined) return undefined;
    const iat = Math.floor(this.#clock.now() / 1000);
    return entry.signer.sign({ iss: entry.issuer, ...claims, iat, exp: iat + seconds, jti: randomUUID() }, algorithm);
  }

  get handler(): Handler {
    return async (request, response) => {
      const [, path = '', document = ''] = /^(\/[0-9a-f-]+)\/\.well-known\/(.+)$/.exec(request.url ?? '') ?? [];
      const entry = this.#paths.get(path);
      if (entry === undefined) return send(response, 404, { message: 'Not Found' });
      if (document === 'jwks.json') return send(response, 200, entry.signer.keySet(algorithms));
      if (document !== 'openid-configuration') return send(response, 404, { message: 'Not Found' });
      return send(response, 200, discoveryDocument(entry.issuer, `${entry.issuer}/.well-known/jwks.json`, algorithms));
    };
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
