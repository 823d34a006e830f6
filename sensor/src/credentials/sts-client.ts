import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';

export type StsClientFactory = (region: string) => STSClient;

/**
 * The genuine STS client of a region, for the composition root. Its endpoint is the SDK's own business (AWS_ENDPOINT_URL_STS). It does
 * not retry: the exchange does, since it also retries what the SDK takes for final.
 */
export const createStsClient: StsClientFactory = (region) => new STSClient({ region, maxAttempts: 1 });

/** Of the SDK's own region and credentials where none are given; it retries by itself. */
export type HostStsClientFactory = (settings: Pick<STSClientConfig, 'region' | 'credentials'>) => STSClient;

/** The STS client of the host's own identity, for the composition root. */
export const createHostStsClient: HostStsClientFactory = (settings) => new STSClient({ ...settings, maxAttempts: 3 });
