import { alphabets } from '../alphabets.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { token } from './token.ts';

/** A macaroon of version 2 (libmacaroons' binary format): version, then a location field that names the host. */
const heads = ['pypi-AgEIcHlwaS5vcmc', 'pypi-AgENdGVzdC5weXBpLm9yZw'];

function checkMacaroon({ secret }: Candidate): Found {
  const bytes = Buffer.from(secret.slice(5), 'base64url');
  const host = bytes.toString('latin1', 3, 3 + (bytes[2] ?? 0));
  return bytes[0] === 2 && (host === 'pypi.org' || host === 'test.pypi.org') ? { confidence: 'certain' } : {};
}

function macaroon(rng: Rng): string {
  const host = Buffer.from('pypi.org');
  const id = Buffer.from(JSON.stringify({ version: 1, permissions: 'user', user: rng.chars(alphabets.hex, 32) }));
  const signature = Buffer.from(rng.chars(alphabets.base64, 32));
  return `pypi-${Buffer.concat([Buffer.from([2, 1, host.length]), host, Buffer.from([2, id.length]), id, Buffer.from([0, 0, 6, 32]), signature]).toString('base64url')}`;
}

/** Base58 of 54 bytes; a JFrog key is 73 characters long. */
const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

export const rules: readonly Rule[] = [
  {
    id: 'pypi-token',
    facts: ['PyPI/Upload token'],
    name: 'PyPI upload token',
    anchors: { prefixes: heads },
    pattern: /pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[A-Za-z0-9_-]{50,1000}(?![A-Za-z0-9_-])/,
    around: [32, 1200],
    confidence: 'likely',
    prefix: 'pypi-',
    check: checkMacaroon,
    examples: (rng) => [macaroon(rng)],
    nearMisses: (rng) => [`pypi-AgEIcHlwaS5vcmc${rng.chars(alphabets.url, 20)}`, `pypi-${rng.chars(alphabets.url, 150)}`],
  },
  {
    id: 'jfrog-api-key',
    facts: ['JFrog Artifactory/API key / reference / identity token'],
    name: 'JFrog Artifactory API key',
    anchors: { prefixes: ['AKCp'] },
    pattern: /AKCp[1-9A-HJ-NP-Za-km-z]{69}(?![A-Za-z0-9])/,
    confidence: 'likely',
    prefix: 'AKCp',
    examples: (rng) => [`AKCp${rng.chars(base58, 69)}`],
    nearMisses: (rng) => [`AKCp${rng.chars(base58, 60)}`],
  },
  {
    id: 'jfrog-reference-token',
    facts: ['JFrog Artifactory/API key / reference / identity token'],
    name: 'JFrog Artifactory reference token',
    anchors: { prefixes: ['cmVmdGtu'] },
    pattern: /cmVmdGtu[A-Za-z0-9]{56}(?![A-Za-z0-9])/,
    confidence: 'likely',
    prefix: 'cmVmdGtu',
    rank: 1,
    check: ({ secret }) =>
      /^reftkn:\d\d:\d{10}:[A-Za-z0-9]+$/.test(Buffer.from(secret, 'base64').toString('latin1')) ? { confidence: 'certain' } : {},
    examples: (rng) => [Buffer.from(`reftkn:01:17${rng.chars(alphabets.digits, 8)}:${rng.chars(alphabets.alnum, 27)}`).toString('base64')],
    nearMisses: (rng) => [`cmVmdGtu${rng.chars(alphabets.alnum, 30)}`],
  },
  token({ id: 'rubygems-api-key', facts: ['RubyGems/API key'], name: 'RubyGems API key', prefix: 'rubygems_', body: 'hex', length: 48 }),
  token({
    id: 'cargo-registry-token',
    facts: ['crates.io/API token'],
    name: 'crates.io API token',
    prefix: 'cio',
    body: 'alnum',
    length: 32,
  }),
  token({ id: 'nuget-api-key', facts: ['NuGet/API key'], name: 'NuGet API key', prefix: 'oy2', body: 'lowerAlnum', length: 43 }),
];
