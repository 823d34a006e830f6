import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { RegistryNetwork } from '../network/network.ts';
import { readObject } from './body.ts';
import { refusalOf } from './errors.ts';
import { ANSWER_BYTES_MAX, TOKEN_CHARS_MAX } from './limits.ts';
import { basicOf, type OciLogin } from './login.ts';

export interface TokenDemand {
  /** Checked: it may be sent the login. */
  readonly realm: URL;
  readonly service: string;
  readonly scope: string;
  readonly login: OciLogin | null;
}

/**
 * A Bearer token for our own scope, whatever scope the challenge named (distribution, "Token Authentication Specification").
 * @throws registry.denied, registry.unreachable, registry.answer-invalid, cancelled.
 */
export async function fetchToken(
  network: RegistryNetwork,
  { realm, service, scope, login }: TokenDemand,
  signal: AbortSignal,
): Promise<string> {
  const which = `token service ${realm.host}`;
  const url = new URL(realm);
  if (service !== '') url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  const answer = await network.get(url, login ? { authorization: basicOf(login) } : {}, signal);
  if (answer.status !== 200) throw await refusalOf(answer, which, signal);
  const { token, access_token: accessToken } = await readObject(answer, ANSWER_BYTES_MAX, which, signal);
  const text = typeof token === 'string' && token !== '' ? token : accessToken;
  if (typeof text === 'string' && text.length <= TOKEN_CHARS_MAX && /^[\x21-\x7e]+$/.test(text)) return text;
  throw new TidewaiterError('registry.answer-invalid', { which, got: 'no token', want: 'token or access_token' });
}
