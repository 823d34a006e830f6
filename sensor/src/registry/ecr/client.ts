import { ECRClient } from '@aws-sdk/client-ecr';
import { ANSWER_MS_MAX, CONNECT_MS_MAX, TRIES_MAX } from './limits.ts';

/** Keys for each request; credentials/ makes such a provider. */
type EcrCredentials = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}>;

interface EcrClientOptions {
  /** The registry's host as it was connected: its form decides FIPS and dual-stack. */
  readonly host: string;
  readonly region: string;
  readonly credentials: EcrCredentials;
}

/** The genuine ECR client of a registry, for the composition root. Its endpoint is the SDK's own business (AWS_ENDPOINT_URL_ECR). */
export function createEcrClient({ host, region, credentials }: EcrClientOptions): ECRClient {
  return new ECRClient({
    region,
    credentials,
    retryMode: 'standard',
    maxAttempts: TRIES_MAX,
    // Without the last member the SDK only warns of a request that takes too long, and waits on.
    requestHandler: { connectionTimeout: CONNECT_MS_MAX, requestTimeout: ANSWER_MS_MAX, throwOnRequestTimeout: true },
    ...(/\.dkr[.-]ecr-fips\./.test(host) ? { useFipsEndpoint: true } : {}),
    ...(/\.on\.(?:aws|amazonwebservices\.com\.cn)$/.test(host) ? { useDualstackEndpoint: true } : {}),
  });
}
