import type { Rule } from '../../rule.ts';
import { besideEveryday, besideWord, withPrefix } from './rows.ts';

/** Building, hosting and access: lines of several providers, and providers everybody knows. */
export const rules: readonly Rule[] = [
  ...withPrefix([
    ['sourcegraph-access-token', 'Sourcegraph access token', /sgp_(?:(?:[a-f0-9]{16}|local)_)?[a-f0-9]{40}/, 'Sourcegraph/Access token'],
    ['sourcegraph-licence-token', 'Sourcegraph licence token', /slk_[a-f0-9]{64}/, 'Sourcegraph/Access token'],
    [
      'harness-token',
      'Harness personal or service account token',
      /(?:pat|sat)\.[A-Za-z0-9_-]{22}\.[a-f0-9]{24}\.[A-Za-z0-9]{20}/,
      'Harness/PAT/SAT',
    ],
    ['octopus-deploy-api-key', 'Octopus Deploy API key', /API-[A-Z0-9]{25,36}/, 'Octopus Deploy/API key'],
    ['aikido-token', 'Aikido Security token', /AIK_(?:CI|CLIENT|SECRET)_[A-Za-z0-9_-]{20,120}/, 'Aikido/Tokens'],
    ['clojars-deploy-token', 'Clojars deploy token', /CLOJARS_[a-f0-9]{60}/, 'Clojars/Token'],
    ['packagist-token', 'Private Packagist token', /packagist_[a-z]{3}_[a-f0-9]{68}/, 'Packagist/Private Packagist token'],
    ['cloudsmith-api-key', 'Cloudsmith API key', /csa_[A-Za-z0-9]{36}/, 'Cloudsmith/API key'],
    ['teamcity-token', 'TeamCity access token', /eyJ0eXAiOiAiVENWMiJ9\.[A-Za-z0-9_-]{30,80}\.[A-Za-z0-9_-]{30,80}/, 'TeamCity/Token'],
    ['deno-deploy-token', 'Deno Deploy token', /dd[po]_[A-Za-z0-9]{36}/, 'Deno/Deploy token'],
    ['infisical-service-token', 'Infisical service token', /st\.[a-f0-9]{24}\.[a-f0-9]{32}\.[a-f0-9]{32}/, 'Infisical/Token'],
    [
      'defined-networking-api-token',
      'Defined Networking API token',
      /dnkey-[A-Z0-9]{26}-[A-Z0-9]{52}/,
      'Twingate/Defined Networking/API token',
    ],
    ['intra42-secret', '42 intra client secret', /s-s4t2(?:ud|af)-[a-f0-9]{64}/, 'Intra42/Secret'],
    ['jumpcloud-api-key', 'JumpCloud API key', /jca_[A-Za-z0-9]{36}/, 'JumpCloud/API key'],
    ['exoscale-api-key', 'Exoscale API key', /EXO[a-f0-9]{24}/, 'Exoscale/API key'],
  ]),
  ...besideWord([
    ['jumpcloud-legacy-api-key', 'JumpCloud API key (legacy)', 'jumpcloud', /[a-f0-9]{40}/, 'JumpCloud/API key'],
    ['exoscale-api-secret', 'Exoscale API secret', 'exoscale', /[A-Za-z0-9_-]{43}/, 'Exoscale/API key'],
    ['linode-token', 'Linode (Akamai) personal access token', 'linode', /[a-f0-9]{64}/, 'Linode/PAT'],
    ['vultr-api-key', 'Vultr API key', 'vultr', /[A-Z0-9]{36}/, 'Vultr/API key'],
    ['hetzner-api-token', 'Hetzner Cloud API token', ['hetzner', 'hcloud'], /[A-Za-z0-9]{64}/, 'Hetzner/Cloud API token'],
    ['gitea-access-token', 'Gitea or Forgejo access token', ['gitea', 'forgejo'], /[a-f0-9]{40}/, 'Gitea/Forgejo/Access token'],
    ['travis-token', 'Travis CI token', 'travis', /[A-Za-z0-9_-]{22}/, 'Travis CI/Token'],
    [
      'codecov-upload-token',
      'Codecov upload token',
      'codecov',
      /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/,
      'Codecov/Upload token',
    ],
    ['hcp-client-secret', 'HashiCorp Cloud Platform client secret', 'hcp', /[A-Za-z0-9_-]{64}/, 'HCP/Client secret / access'],
    [
      'kubernetes-bootstrap-token',
      'Kubernetes bootstrap token',
      ['bootstrap token', 'kubeadm', 'discovery token'],
      /[a-z0-9]{6}\.[a-z0-9]{16}/,
      'Kubernetes/Bootstrap token',
    ],
    ['consul-token', 'Consul ACL token', 'consul', /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/, 'Consul/Token'],
    ['onelogin-client-secret', 'OneLogin client secret', 'onelogin', /[a-f0-9]{64}/, 'OneLogin/Client secret'],
    ['ovh-api-secret', 'OVH application secret or consumer key', 'ovh', /[A-Za-z0-9]{32}/, 'OVH/Application key/secret/consumer'],
    [
      'bitwarden-access-token',
      'Bitwarden Secrets Manager access token',
      ['bitwarden', 'bws'],
      /0\.[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}\.[A-Za-z0-9]{30}:[A-Za-z0-9+/]{22}==/,
      'Bitwarden/Access token / OAuth',
    ],
    ['truenas-api-key', 'TrueNAS API key', 'truenas', /\d{1,4}-[A-Za-z0-9]{64}/, 'TrueNAS/API key'],
  ]),
  ...besideEveryday([
    ['railway-token', 'Railway token', 'railway', /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/, 'Railway/API token'],
    ['drone-token', 'Drone CI token', 'drone', /[A-Za-z0-9]{32}/, 'Drone CI/Token'],
    ['nomad-token', 'Nomad ACL token', 'nomad', /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/, 'Nomad/Token'],
  ]),
];
