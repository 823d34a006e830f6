import { alphabets } from '../alphabets.ts';
import { crcBase36 } from '../checksum.ts';
import type { Rng, Rule } from '../rule.ts';
import { token } from './token.ts';

/** Routable tokens end in two base-36 digits of the payload's length and a CRC-32 over everything before it. */
function withTail(rng: Rng, head: string): string {
  const payload = rng.chars(alphabets.url, 27);
  const signed = `${head}${payload}.01.${payload.length.toString(36).padStart(2, '0')}`;
  return signed + crcBase36(signed);
}

const simple = (id: string, name: string, prefix: string, length: number): Rule => token({ id, name, prefix, body: 'url', length });

export const rules: readonly Rule[] = [
  token({
    id: 'gitlab-pat',
    facts: ['GitLab/PAT legacy'],
    name: 'GitLab personal access token',
    prefix: 'glpat-',
    body: 'url',
    length: 20,
  }),
  {
    id: 'gitlab-routable-token',
    facts: ['GitLab/PAT routable (versioned)', 'GitLab/Deploy / runner / trigger / feed / SCIM / agent / CI job tokens'],
    name: 'GitLab routable token',
    anchors: { prefixes: ['glpat-', 'glrt-t', 'gldt-', 'glcbt-'] },
    pattern: /gl(?:pat|rt|dt|cbt)-(?:t[0-9]_)?[A-Za-z0-9_-]{27,300}\.(?:[0-9a-z]{2}\.)?[0-9a-z]{2}[0-9a-z]{7}(?![A-Za-z0-9_-])/,
    confidence: 'likely',
    prefix: 'glpat-',
    rank: 1,
    check: ({ secret }) =>
      crcBase36(secret.slice(0, -7)) === secret.slice(-7) ? { confidence: 'certain', proven: true } : { confidence: 'possible' },
    examples: (rng) => [withTail(rng, 'glpat-'), withTail(rng, 'glrt-t1_')],
    nearMisses: (rng) => [`glpat-${rng.chars(alphabets.url, 20)}.01.0`],
  },
  simple('gitlab-deploy-token', 'GitLab deploy token', 'gldt-', 20),
  simple('gitlab-runner-token', 'GitLab runner authentication token', 'glrt-', 20),
  token({
    id: 'gitlab-runner-registration-token',
    facts: ['GitLab/Deploy / runner / trigger / feed / SCIM / agent / CI job tokens'],
    name: 'GitLab runner registration token',
    prefix: 'GR1348941',
    body: 'url',
    length: 20,
  }),
  token({ id: 'gitlab-trigger-token', name: 'GitLab pipeline trigger token', prefix: 'glptt-', body: 'hex', length: 40 }),
  simple('gitlab-feed-token', 'GitLab feed token', 'glft-', 20),
  simple('gitlab-scim-token', 'GitLab SCIM token', 'glsoat-', 20),
  simple('gitlab-agent-token', 'GitLab agent for Kubernetes token', 'glagent-', 50),
  simple('gitlab-incoming-mail-token', 'GitLab incoming mail token', 'glimt-', 25),
  token({ id: 'gitlab-oauth-secret', name: 'GitLab OAuth application secret', prefix: 'gloas-', body: 'hex', length: 64 }),
];
