import { TidewaiterError } from '../errors/index.ts';

/** An ECR registry by its host name: `account` of 12 digits, `region` as AWS writes it. */
export interface EcrHost {
  readonly provider: 'ecr';
  readonly host: string;
  readonly account: string;
  readonly region: string;
}

/** Where a registry is: an ECR registry is one account in one region; anything else is an OCI host. */
export type RegistryAddress = EcrHost | { readonly provider: 'oci'; readonly host: string };

/** The expression of Amazon's own ECR credential helper, tightened: anchored, dot form with amazonaws.* and dash form with on.* only. */
const ECR =
  /^(\d{12})\.(?:dkr\.ecr(?:-fips)?\.([a-z]{2,}(?:-[a-z]+)+-\d+)\.(amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu)|dkr-ecr(?:-fips)?\.([a-z]{2,}(?:-[a-z]+)+-\d+)\.(on\.aws|on\.amazonwebservices\.com\.cn))$/;
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?::\d{1,5})?$/;
const looksLikeEcr = /(?:dkr.{0,3}ecr|amazonaws|on\.aws)/i;

/**
 * Parses a registry's host or https URL and detects ECR.
 * @throws reference.invalid for look-alikes of ECR, user info, paths, and hosts that are no plain DNS name.
 */
export function parseRegistryUrl(text: string): RegistryAddress {
  const host = text
    .trim()
    .replace(/^https:\/\//, '')
    .replace(/\/$/, '');
  const refuse = (want: string): TidewaiterError =>
    new TidewaiterError('reference.invalid', { which: 'registry URL', got: JSON.stringify(text.slice(0, 200)), want });
  const ecr = ECR.exec(host);
  if (ecr) return ecrHost(host, ecr, refuse);
  if (looksLikeEcr.test(host)) throw refuse('<account>.dkr.ecr.<region>.amazonaws.com, lower case, nothing before or after');
  if (!HOST.test(host)) throw refuse('a host name, with a port if need be');
  return { provider: 'oci', host };
}

function ecrHost(host: string, match: RegExpExecArray, refuse: (want: string) => TidewaiterError): EcrHost {
  const account = match[1] as string;
  const region = (match[2] ?? match[4]) as string;
  const suffix = (match[3] ?? match[5]) as string;
  if (region.startsWith('cn-') !== suffix.endsWith('.cn')) throw refuse('a region of the same partition as its domain');
  if (region.startsWith('eusc-') !== suffix.endsWith('.eu') && suffix.startsWith('amazonaws'))
    throw refuse('a region of the same partition as its domain');
  return { provider: 'ecr', host, account, region };
}
