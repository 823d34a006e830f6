import { type ErrorCode, TidewaiterError } from '@tidewaiter/shared/errors';
import { abortedError } from '../network/aborted.ts';
import { MESSAGE_CHARS_MAX } from './limits.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly remedy?: string;
}

const gone: Meaning = { code: 'image.gone' };
const archived: Meaning = { code: 'image.archived', remedy: 'Restore the image in ECR if it is to be scanned.' };
const throttled: Meaning = { code: 'registry.throttled', remedy: 'It will be tried again; many sensors on one account share its quota.' };
const kms: Meaning = {
  code: 'registry.denied',
  remedy: "Allow kms:Decrypt on the repository's key to the role, and see that the key is enabled.",
};
const upstream: Meaning = {
  code: 'registry.unreachable',
  remedy: "See the repository's pull-through cache rule and its secret: ECR could not get this from upstream.",
};
const badRequest: Meaning = { code: 'reference.invalid' };
const badKeys: Meaning = {
  code: 'credentials.denied',
  remedy: 'The keys are not those of a living identity: give this host others, or connect the registry anew.',
};
const badSignature: Meaning = {
  code: 'credentials.denied',
  remedy: "Check the sensor's clock (AWS allows 5 min of difference) and that the keys are right.",
};
/**
 * The SDK goes by AWS's clock once an answer told it that ours is wrong; a clock that jumps while several calls are under way still fails
 * those whose correction another call has made already. The next try is signed by the corrected time.
 */
const badTime: Meaning = {
  code: 'credentials.unavailable',
  remedy: "It will be tried again. If this goes on, correct the sensor's clock: AWS allows 5 min of difference.",
};
const expired: Meaning = { code: 'credentials.unavailable', remedy: 'The session has ended; it will be renewed.' };

/**
 * ECR's exceptions (API reference, "Errors" of each action, and "Common Error Types") as our codes. A repository that is gone takes its
 * images along.
 */
const exceptions: Readonly<Record<string, Meaning>> = {
  ImageNotFoundException: gone,
  LayersNotFoundException: gone,
  LayerInaccessibleException: gone,
  RepositoryNotFoundException: { ...gone, remedy: 'If the repository should be there, check its spelling and the registry’s region.' },
  ImageArchivedException: archived,
  AccessDeniedException: {
    code: 'registry.denied',
    remedy:
      "Allow the action on the repository to the role (identity policy), and across accounts in the repository's policy too; see that no SCP or endpoint policy denies it.",
  },
  BlockedByOrganizationPolicyException: {
    code: 'registry.denied',
    remedy: "An organization policy forbids it; ask the organization's administrator.",
  },
  KmsException: kms,
  ThrottlingException: throttled,
  TooManyRequestsException: throttled,
  LimitExceededException: throttled,
  ServerException: { code: 'registry.unreachable', remedy: 'It is a fault of ECR and will be tried again.' },
  UnableToGetUpstreamImageException: upstream,
  UnableToGetUpstreamLayerException: upstream,
  InvalidParameterException: badRequest,
  ValidationException: badRequest,
  UnrecognizedClientException: badKeys,
  InvalidClientTokenId: badKeys,
  IncompleteSignature: badSignature,
  InvalidSignatureException: badSignature,
  SignatureDoesNotMatch: badSignature,
  RequestExpired: badTime,
  ExpiredTokenException: expired,
  ExpiredToken: expired,
};

/** BatchGetImage's ImageFailureCode, one for each image that could not be given. */
const failures: Readonly<Record<string, Meaning>> = {
  ImageNotFound: gone,
  ImageInaccessible: archived,
  InvalidImageDigest: badRequest,
  InvalidImageTag: badRequest,
  MissingDigestAndTag: badRequest,
  ImageTagDoesNotMatchDigest: badRequest,
  KmsError: kms,
  UpstreamAccessDenied: { ...upstream, code: 'registry.denied' },
  UpstreamTooManyRequests: throttled,
  UpstreamUnavailable: upstream,
};

/** What the SDK threw, as ours. `which` names the image or layer. */
export function ecrErrorOf(error: unknown, which: string, signal: AbortSignal): TidewaiterError {
  if (error instanceof TidewaiterError) return error;
  if (signal.aborted) return abortedError(signal, which);
  if (!(error instanceof Error)) return new TidewaiterError('registry.unreachable', { which, got: 'an unknown error' });
  const known = isOfTime(error) ? badTime : lookUp(exceptions, error.name);
  const meaning = known ?? unknownMeaning(error);
  // No cause: the SDK's errors carry the whole answer, and a log would print it.
  return ours(meaning, which, `${error.name}: ${reasonOf(error)}`);
}

/** A failure that BatchGetImage lists beside the images. */
export function imageFailureOf(code: string, reason: string, which: string): TidewaiterError {
  // ECR says ImageNotFound as well for an image whose media type was not asked for.
  if (code === 'ImageNotFound' && /client accepts/.test(reason)) return ours({ code: 'manifest.invalid' }, which, reason);
  return ours(lookUp(failures, code) ?? { code: 'registry.answer-invalid' }, which, `${code}: ${reason}`);
}

const ours = ({ code, remedy }: Meaning, which: string, got: string): TidewaiterError =>
  new TidewaiterError(code, { which, got: got.slice(0, MESSAGE_CHARS_MAX), remedy });

const lookUp = (table: Readonly<Record<string, Meaning>>, name: string): Meaning | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** A signature that is right but for its time (IAM user guide, "Troubleshoot SigV4 signing": "Signature expired", "not yet current"). */
const isOfTime = ({ name, message }: Error): boolean =>
  name === 'InvalidSignatureException' && /^Signature (?:expired|not yet current)/.test(message);

/** New refusals of AWS are refusals; what has no client fault is the network or AWS itself. */
function unknownMeaning(error: Error): Meaning {
  if (/throttl|TooManyRequests|SlowDown/i.test(error.name)) return throttled;
  if ('$fault' in error && error.$fault === 'client') return { code: 'registry.denied' };
  return { code: 'registry.unreachable', remedy: "Check the sensor's way to ECR of this region (https, VPC endpoint ecr.api)." };
}

/** Node's connection errors have their reasons inside, and an empty message. */
function reasonOf(error: Error): string {
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message;
  return error.errors.map((inner: unknown) => (inner instanceof Error ? inner.message : String(inner))).join('; ');
}
