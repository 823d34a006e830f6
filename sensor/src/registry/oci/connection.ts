import { TidewaiterError } from '@tidewaiter/shared/errors';
import { isLoopbackName } from '../network/addresses.ts';
import type { Answer, RegistryNetwork } from '../network/network.ts';
import { type Challenge, checkedRealm, parseChallenge } from './challenge.ts';
import { refusalOf } from './errors.ts';
import { AUTHORIZATIONS_MAX, REDIRECTS_MAX } from './limits.ts';
import { basicOf, type OciLogin } from './login.ts';
import { fetchToken } from './token.ts';

type Headers = Readonly<Record<string, string>>;

/** Requests of one registry: answers its challenge, follows its redirects. */
export class OciConnection {
  readonly origin: URL;
  readonly #network: RegistryNetwork;
  readonly #login: OciLogin | null;
  /** By scope. They have no clock: what has expired is answered with 401 and fetched anew. */
  readonly #authorizations = new Map<string, string>();

  constructor(host: string, login: OciLogin | null, network: RegistryNetwork) {
    const { hostname } = new URL(`https://${host}`);
    const isPlain = network.policy.allowPlainLoopback && isLoopbackName(hostname);
    this.origin = new URL(`${isPlain ? 'http' : 'https'}://${host}`);
    this.#login = login;
    this.#network = network;
  }

  /**
   * GET below /v2/, with whatever the registry's challenge wants for `scope`.
   * @throws registry.denied, policy.refused, registry.unreachable, registry.answer-invalid, cancelled; other answers are the caller's.
   */
  async get(path: string, scope: string, headers: Headers, signal: AbortSignal): Promise<Answer> {
    const url = new URL(`/v2/${path}`, this.origin);
    const known = this.#authorizations.get(scope);
    const first = await this.#follow(url, headers, known, signal);
    if (first.answer.status !== 401 || !first.isOwn) return first.answer;
    const challenge = parseChallenge(first.answer.header('www-authenticate'));
    if (challenge === null || (challenge.scheme === 'basic' && known !== undefined)) throw await refusalOf(first.answer, url.host, signal);
    await first.answer.discard();
    const authorization = await this.#authorize(challenge, scope, signal);
    this.#keep(scope, authorization);
    const { answer } = await this.#follow(url, headers, authorization, signal);
    return answer;
  }

  async #authorize(challenge: Challenge, scope: string, signal: AbortSignal): Promise<string> {
    if (challenge.scheme === 'bearer') {
      const realm = checkedRealm(challenge.realm, this.origin, this.#network.policy);
      return `Bearer ${await fetchToken(this.#network, { realm, service: challenge.service, scope, login: this.#login }, signal)}`;
    }
    if (this.#login) return basicOf(this.#login);
    const remedy = 'Set TIDEWAITER_REGISTRY_USERNAME and TIDEWAITER_REGISTRY_PASSWORD.';
    throw new TidewaiterError('registry.denied', {
      which: this.origin.host,
      got: 'no user name',
      want: 'a user name and password',
      remedy,
    });
  }

  #keep(scope: string, authorization: string): void {
    this.#authorizations.delete(scope);
    this.#authorizations.set(scope, authorization);
    const [oldest] = this.#authorizations.keys();
    if (this.#authorizations.size > AUTHORIZATIONS_MAX && oldest !== undefined) this.#authorizations.delete(oldest);
  }

  /** The authorization goes to the registry's own origin only; once a redirect has left it, it is gone for good. */
  async #follow(
    start: URL,
    headers: Headers,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly answer: Answer; readonly isOwn: boolean }> {
    let url = start;
    let isOwn = true;
    for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
      const sent = isOwn && authorization !== undefined ? { ...headers, authorization } : headers;
      const answer = await this.#network.get(url, sent, signal);
      if (![301, 302, 303, 307, 308].includes(answer.status)) return { answer, isOwn };
      await answer.discard();
      url = redirectOf(answer, url);
      isOwn &&= url.origin === start.origin;
    }
    throw new TidewaiterError('registry.answer-invalid', { which: start.host, got: `more than ${REDIRECTS_MAX} redirects` });
  }
}

/** The query of a redirect is a credential as a rule and stands in no error. */
function redirectOf(answer: Answer, from: URL): URL {
  const location = answer.header('location') ?? '';
  const url = URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (url && (url.protocol === from.protocol || url.protocol === 'https:')) return url;
  const got = url ? `a redirect to ${url.protocol}//${url.host}` : 'a redirect to nowhere';
  throw new TidewaiterError('policy.refused', { which: from.host, got, want: 'https' });
}
