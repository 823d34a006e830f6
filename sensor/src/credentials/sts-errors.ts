import { type ErrorCode, TidewaiterError } from '@tidewaiter/shared/errors';
import { MESSAGE_CHARS_MAX } from './limits.ts';

interface Meaning {
  readonly code: ErrorCode & `credentials.${string}`;
  readonly mayPass: boolean;
  readonly remedy: string;
}

const UNREADABLE_KEYS = /Couldn't retrieve verification key/i;
const unreadableIssuer: Meaning = {
  code: 'credentials.unavailable',
  mayPass: true,
  remedy:
    "AWS could not read the issuer's documents: the control plane's /exposed/.well-known/openid-configuration and its keys must be reachable from the internet by https with a public certificate, and answer within 5 s.",
};
const transient: Meaning = {
  code: 'credentials.unavailable',
  mayPass: true,
  remedy: "Check the sensor's way to STS of this region (https, VPC endpoint); it will be tried again.",
};
/** The token's own times: the same one will not do, one of a later try may. RFC 7519, 4.1.4 to 4.1.6; AWS's words for nbf and iat vary. */
const TOO_EARLY = /not yet valid|not valid yet|not before|in the future|before (?:it was )?issued/i;
const wrongTime: Meaning = {
  code: 'credentials.unavailable',
  mayPass: false,
  remedy:
    "STS found the token too old or not valid yet: a clock may be off. Compare the control plane's clock with the true time and synchronise it (chrony, systemd-timesyncd); the assignment is tried again.",
};
const refused = (remedy: string): Meaning => ({ code: 'credentials.denied', mayPass: false, remedy });

/** STS's errors (STS API reference, AssumeRoleWithWebIdentity, "Errors"), by the name without its ending. */
const meanings: Readonly<Record<string, Meaning>> = {
  AccessDenied: refused(
    "The role's trust policy must allow sts:AssumeRoleWithWebIdentity to the control plane's OIDC provider, with this workspace's subject and the audience sts.amazonaws.com; and the role must exist.",
  ),
  InvalidIdentityToken: refused(
    "The role's account needs an IAM OIDC provider whose URL is the control plane's issuer to the letter, with the client id sts.amazonaws.com.",
  ),
  IDPCommunicationError: unreadableIssuer,
  IDPRejectedClaim: refused('The identity provider refused the token; see that the OIDC provider in IAM belongs to this control plane.'),
  ExpiredToken: wrongTime,
  RegionDisabled: refused("Activate STS for this region in the account's IAM settings."),
  ValidationError: refused("STS takes no such request; check the role's ARN."),
};

/** True when the same request, with the same token, may work in a moment. */
export const mayPass = (error: unknown): boolean => !(error instanceof TidewaiterError) && meaningOf(error).mayPass;

/** An error of the SDK as ours. `secret` is cut out of AWS's words, should they ever hold it. */
export function stsErrorOf(error: unknown, which: string, secret?: string): TidewaiterError {
  if (error instanceof TidewaiterError) return error;
  const { code, remedy } = meaningOf(error);
  const text = error instanceof Error ? `${error.name}: ${error.message}` : 'an unknown error';
  const got = (secret === undefined ? text : text.replaceAll(secret, '[token]')).slice(0, MESSAGE_CHARS_MAX);
  // No cause: the SDK's errors carry the whole answer, and a log would print it.
  return new TidewaiterError(code, { which, got, remedy });
}

function meaningOf(error: unknown): Meaning {
  if (!(error instanceof Error)) return transient;
  const name = error.name.replace(/Exception$/, '').replace(/^IDPCommunication$/, 'IDPCommunicationError');
  if (name === 'InvalidIdentityToken' && UNREADABLE_KEYS.test(error.message)) return unreadableIssuer;
  if (name === 'InvalidIdentityToken' && TOO_EARLY.test(error.message)) return wrongTime;
  const known = Object.hasOwn(meanings, name) ? meanings[name] : undefined;
  if (known) return known;
  // A refusal that AWS may add one day is none that passes; what has no client fault is network, throttling or AWS itself.
  return isClientFault(error) ? refused("See the STS API reference for this error's meaning.") : transient;
}

const isClientFault = (error: Error): boolean =>
  '$fault' in error && error.$fault === 'client' && !/throttl|TooManyRequests|RequestLimit|SlowDown/i.test(error.name);
