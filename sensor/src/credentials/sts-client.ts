import { STSClient } from '@aws-sdk/client-sts';

export type StsClientFactory = (region: string) => STSClient;

/**
 * The genuine STS client of a region, for the composition root. Its endpoint is the SDK's own business (AWS_ENDPOINT_URL_STS). It does
 * not retry: the exchange does, since it also retries what the SDK takes for final.
 */
export const createStsClient: StsClientFactory = (region) => new STSClient({ region, maxAttempts: 1 });
