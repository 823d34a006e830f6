import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { type AwsCredentials, type AwsCredentialsProvider } from './face.ts';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { MESSAGE_CHARS_MAX } from './limits.ts';
import { stsErrorOf } from './sts-errors.ts';

export type HostCredentialsFactory = (region: string) => AwsCredentialsProvider;

/**
 * The sensor host's own identity, by the SDK's chain: environment, IRSA, EKS Pod Identity, ECS task role, IMDSv2. The chain keeps the
 * keys and renews them. Its settings are the SDK's own standard variables.
 */
export const createHostCredentials: HostCredentialsFactory = (region) => {
  const chain = fromNodeProviderChain({ clientConfig: { region } });
  return async (): Promise<AwsCredentials> => {
    try {
      return await chain();
    } catch (error) {
      throw hostErrorOf(error);
    }
  };
};

function hostErrorOf(error: unknown): TidewaiterError {
  if (!(error instanceof Error) || error.name !== 'CredentialsProviderError') return stsErrorOf(error, "the host's role");
  return new TidewaiterError('credentials.unavailable', {
    which: "the host's own AWS identity",
    got: error.message.slice(0, MESSAGE_CHARS_MAX),
    want: 'IRSA, EKS Pod Identity, an ECS task role, an EC2 instance profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    remedy: 'Give the sensor a role, or connect the registry by web identity.',
  });
}
