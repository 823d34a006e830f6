import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { type AwsCredentials, type AwsCredentialsProvider } from './face.ts';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { MESSAGE_CHARS_MAX } from './limits.ts';
import { stsErrorOf } from './sts-errors.ts';

/** `remedy`: what to do where the chain finds nothing; by default the daemon's. */
export type HostCredentialsFactory = (region: string, remedy?: string) => AwsCredentialsProvider;

const DAEMON_REMEDY = 'Give the sensor a role, or connect the registry by web identity.';

/** For the one-shot, which has no control plane to connect anything with. */
export const ONE_SHOT_REMEDY =
  'Run it where a role is given (EC2, ECS, EKS), or set AWS_PROFILE (after `aws sso login`, if the profile needs it), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN).';

/**
 * The sensor host's own identity, by the SDK's chain: environment, IRSA, EKS Pod Identity, ECS task role, IMDSv2. The chain keeps the
 * keys and renews them. Its settings are the SDK's own standard variables.
 */
export const createHostCredentials: HostCredentialsFactory = (region, remedy = DAEMON_REMEDY) => {
  const chain = fromNodeProviderChain({ clientConfig: { region } });
  return async (): Promise<AwsCredentials> => {
    try {
      return await chain();
    } catch (error) {
      throw hostErrorOf(error, remedy);
    }
  };
};

function hostErrorOf(error: unknown, remedy: string): TidewaiterError {
  if (!(error instanceof Error) || error.name !== 'CredentialsProviderError') return refusalOf(error);
  return new TidewaiterError('credentials.unavailable', {
    which: "the host's own AWS identity",
    got: error.message.slice(0, MESSAGE_CHARS_MAX),
    want: 'IRSA, EKS Pod Identity, an ECS task role, an EC2 instance profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    remedy,
  });
}

/** The host's role is assumed by means of the host (IRSA, a profile): a refusal has nothing to do with our issuer, of which STS's other remedies speak. */
function refusalOf(error: unknown): TidewaiterError {
  const told = stsErrorOf(error, "the host's role");
  if (told.code !== 'credentials.denied') return told;
  const { which, got } = told.facts;
  const remedy =
    "See that the role exists and that its trust policy allows the host's identity (the cluster's OIDC provider, or the profile's source).";
  return new TidewaiterError(told.code, { which, got, remedy });
}
