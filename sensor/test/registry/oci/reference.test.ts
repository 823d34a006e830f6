import tap from 'tap';
import { parseReference } from '../../../src/registry/index.ts';

const HEX = 'a'.repeat(64);

void tap.test('references of registries are read as docker reads them, but the host must be written', async (t) => {
  const cases: [string, string, string, string, unknown][] = [
    ['ghcr.io/org/app:v1', 'oci', 'ghcr.io', 'org/app', { tag: 'v1' }],
    ['ghcr.io/org/app', 'oci', 'ghcr.io', 'org/app', { tag: 'latest' }],
    ['localhost:5000/app', 'oci', 'localhost:5000', 'app', { tag: 'latest' }],
    ['localhost/app', 'oci', 'localhost', 'app', { tag: 'latest' }],
    [`reg.corp:5000/a/b_c--d:v1@sha256:${HEX}`, 'oci', 'reg.corp:5000', 'a/b_c--d', { digest: `sha256:${HEX}` }],
    ['docker.io/debian:12', 'oci', 'registry-1.docker.io', 'library/debian', { tag: '12' }],
    ['docker.io/org/app', 'oci', 'registry-1.docker.io', 'org/app', { tag: 'latest' }],
    [
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1',
      'ecr',
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      'team/app',
      { tag: 'v1' },
    ],
  ];
  for (const [text, provider, host, repository, target] of cases)
    t.match(parseReference(text), { address: { provider, host }, repository, target }, text);
  t.match(parseReference(cases[7]?.[0] ?? '').address, { account: '123456789012', region: 'eu-west-1' });
});

void tap.test('anything else is refused with what would be right', async (t) => {
  const name = `ghcr.io/${'a'.repeat(256)}`;
  for (const text of [
    'debian',
    'org/app',
    'oci-arhive:x.tar',
    'ghcr.io/',
    'ghcr.io/App',
    'ghcr.io/a//b',
    'ghcr.io/a/../b',
    'ghcr.io/a:',
    'ghcr.io/a:b:c/d',
    'ghcr.io/a@sha256:12',
    `ghcr.io/a@md5:${HEX}`,
    'https://ghcr.io/a',
    'user@ghcr.io/a',
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.com/a',
    'ghcr.io/a?x=1',
    'ghcr.io/a b',
    name,
    '',
  ])
    t.throws(() => parseReference(text), { code: 'reference.invalid' }, text);
  t.ok(parseReference(name.slice(0, -1)), '255 characters are the most');
});
