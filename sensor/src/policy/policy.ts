import { TidewaiterError } from '@tidewaiter/shared/errors';
import type { Task } from '@tidewaiter/shared/protocol';
import { parseRegistryUrl } from '@tidewaiter/shared/registries';
import { matchesGlob } from './glob.ts';
import type { PolicyRules } from './policy-file.ts';

/** What this sensor's operator allows; it outranks every assignment. */
export interface Policy {
  /** @throws policy.refused naming the field and the line that would allow it. */
  check(task: Task): Promise<void>;
  /** Whether a repository may be listed and read. */
  allowsRepository(name: string): boolean;
}

/** The policy of a file. */
export function policyOf(rules: PolicyRules): Policy {
  return {
    check: async (task) => checkTask(task, rules),
    allowsRepository: (name) => allowsRepository(rules, name),
  };
}

/** Without a file: the account and region of the sensor's own identity, by host-role, and nothing else. */
export function ownIdentityPolicy(identity: () => Promise<{ readonly account: string; readonly region: string }>): Policy {
  let known: Awaited<ReturnType<typeof identity>> | null = null;
  return {
    async check(task) {
      if (task.registry.provider !== 'ecr') throw refused('OCI host', task.registry.host, 'none', { hosts: [task.registry.host] });
      if (task.registry.access.method === 'web-identity')
        throw refused('role', task.registry.access.roleArn, 'none', { roles: [task.registry.access.roleArn] });
      // A process does not change its account; a failure is asked again.
      known ??= await identity();
      const { account, region } = known;
      checkTask(task, { accounts: [account], regions: [region] });
    },
    allowsRepository: () => true,
  };
}

function checkTask(task: Task, rules: PolicyRules): void {
  if (task.registry.provider === 'ecr') checkEcr(task.registry, rules);
  else checkOci(task.registry, rules);
  if (task.kind === 'scan' && !allowsRepository(rules, task.repository))
    throw refused('repository', task.repository, rules.repositories?.join(', ') ?? '*', { repositories: [task.repository] });
}

function checkEcr({ host, account, region, access }: Task['registry'], { accounts = [], regions = [], roles = [] }: PolicyRules): void {
  const address = parseRegistryUrl(host);
  // The host decides where images come from, account and region where credentials go: one that contradicts the other is a trick.
  if (address.provider !== 'ecr' || address.account !== account || address.region !== region)
    throw new TidewaiterError('policy.refused', { which: 'registry', got: host, want: `the ECR host of account ${account} in ${region}` });
  if (!accounts.includes(account)) throw refused('account', account, accounts.join(', ') || 'none', { accounts: [account] });
  if (!regions.includes(region)) throw refused('region', region, regions.join(', ') || 'none', { regions: [region] });
  if (access.method === 'anonymous') throw refused('access', 'anonymous', 'web-identity or host-role on ECR', {});
  if (access.method !== 'web-identity' || roles.some((glob) => matchesGlob(access.roleArn, glob))) return;
  throw refused('role', access.roleArn, roles.join(', ') || 'none', { roles: [access.roleArn] });
}

function checkOci({ host, account, region, access }: Task['registry'], { hosts = [] }: PolicyRules): void {
  if (parseRegistryUrl(host).provider !== 'oci' || account !== null || region !== null)
    throw new TidewaiterError('policy.refused', { which: 'registry', got: host, want: 'an OCI host without account and region' });
  if (access.method !== 'anonymous') throw refused('access', access.method, 'anonymous on an OCI host', {});
  if (!hosts.includes(host)) throw refused('OCI host', host, hosts.join(', ') || 'none', { hosts: [host] });
}

const allowsRepository = ({ repositories }: PolicyRules, name: string): boolean =>
  repositories === undefined || repositories.some((glob) => matchesGlob(name, glob));

function refused(which: string, got: string, want: string, line: PolicyRules): TidewaiterError {
  const [member] = Object.entries(line);
  const remedy = member
    ? `To allow it, add to ${member[0]} in the sensor's TIDEWAITER_POLICY_FILE: ${JSON.stringify(member[1])}.`
    : 'Change how the registry is accessed.';
  return new TidewaiterError('policy.refused', { which, got, want, remedy });
}
