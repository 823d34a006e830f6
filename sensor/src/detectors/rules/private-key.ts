import { generateKeyPairSync } from 'node:crypto';
import { alphabets } from '../alphabets.ts';
import { isDerSequence, opensshCipher, type PemBlock, readPem } from '../pem.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';

/** A 16,384-bit RSA key in PEM is 12.7 KB; escaped, quoted and indented it may double. */
const PEM_AFTER = 28 * 1024;
const pattern = /-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----/;

function pemOf({ window, start }: Candidate): PemBlock | null {
  return readPem(window.text, start);
}

const spanOf = ({ start, end }: PemBlock): { readonly start: number; readonly end: number } => ({ start, end });

/** Without protection, and proved by what its body decodes to. */
function checkPlain(candidate: Candidate): Found | null {
  const pem = pemOf(candidate);
  if (pem === null || pem.encrypted || pem.label.startsWith('PGP')) return null;
  const cipher = opensshCipher(pem.body);
  if (cipher !== null && cipher !== 'none') return null;
  const proven = pem.whole && (cipher === 'none' || isDerSequence(pem.body));
  // A sentence about keys.
  if (!proven && !/[A-Za-z0-9+/]{40}/.test(candidate.window.text.slice(pem.start, pem.end))) return null;
  return { ...spanOf(pem), canonical: pem.body, proven, confidence: proven ? 'certain' : 'possible' };
}

function checkEncrypted(candidate: Candidate): Found | null {
  const pem = pemOf(candidate);
  if (pem === null || pem.label.startsWith('PGP')) return null;
  const cipher = opensshCipher(pem.body);
  if (!(pem.encrypted || (cipher !== null && cipher !== 'none'))) return null;
  const proven = pem.whole && (cipher !== null || isDerSequence(pem.body) || pem.body.length % 8 === 0);
  return { ...spanOf(pem), canonical: pem.body, proven, confidence: proven ? 'likely' : 'possible' };
}

/** The key lies in the JSON that Google gives out for a service account. */
function checkServiceAccount(candidate: Candidate): Found | null {
  const pem = pemOf(candidate);
  if (pem === null || !pem.whole || !isDerSequence(pem.body)) return null;
  const { text } = candidate.window;
  if (!/private_key\\*"\s{0,8}:\s{0,8}\\*"$/.test(text.slice(Math.max(0, pem.start - 40), pem.start))) return null;
  const near = text.slice(0, pem.start) + text.slice(pem.end, pem.end + 2048);
  if (!/"service_account\\*"|\.gserviceaccount\.com/.test(near)) return null;
  return { ...spanOf(pem), canonical: pem.body, proven: true, confidence: 'certain' };
}

function checkPgp(candidate: Candidate): Found | null {
  const pem = pemOf(candidate);
  if (pem === null || !pem.label.startsWith('PGP')) return null;
  // RFC 9580, 4.2 and 5.5.1.3: the first packet is a secret key: old format tag 5 (0x94-0x97) or new format (0xC5).
  const first = pem.body[0] ?? 0;
  const proven = pem.whole && ((first & 0xfc) === 0x94 || first === 0xc5);
  return { ...spanOf(pem), canonical: pem.body, proven, confidence: proven ? 'certain' : 'possible' };
}

const ecPem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }).toString();
const pkcs8Pem = (): string => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const encryptedPem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pw' })
    .toString();
/** RFC 1421 headers: OpenSSL's traditional way. */
const encryptedTraditional = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'pw' })
    .toString();

/** PROTOCOL.key: the magic, then cipher and more as strings; the reader asks no more than that. */
function openssh(rng: Rng, cipher: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(cipher.length);
  const body = Buffer.concat([Buffer.from('openssh-key-v1\0'), length, Buffer.from(cipher), Buffer.from(rng.chars(alphabets.url, 180))]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64').replaceAll(/.{70}/g, '$&\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

const notKeys = (): string[] => ['-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n', 'grep -q "BEGIN RSA PRIVATE KEY" file'];

/** What every rule of a PEM block looks for; their checks tell them apart. */
const pem = { anchors: { literals: ['pem'] }, pattern, around: [64, PEM_AFTER], prefix: '' } satisfies Partial<Rule>;

export const rules: readonly Rule[] = [
  {
    id: 'private-key',
    facts: [
      'Crypto/PEM private key (RSA/EC/DSA/PKCS8/OPENSSH/ENCRYPTED)',
      'Crypto/Base64-encoded PEM private key',
      'Crypto/SSH host/user key by path',
      'Kubernetes/kubeconfig client-key-data / token',
      'Oracle Cloud/API signing key',
    ],
    name: 'Private key',
    ...pem,
    confidence: 'certain',
    check: checkPlain,
    examples: (rng) => [openssh(rng, 'none'), ecPem(), pkcs8Pem(), JSON.stringify({ key: pkcs8Pem() }), ecPem().replaceAll('\n', '\r\n')],
    nearMisses: (rng) => [...notKeys(), openssh(rng, 'aes256-ctr'), encryptedPem(), ecPem().replaceAll('PRIVATE', 'PUBLIC')],
  },
  {
    id: 'ssh-host-key',
    facts: ['Crypto/SSH host/user key by path'],
    name: 'SSH host key',
    ...pem,
    confidence: 'certain',
    rank: 1,
    // Whoever has it can stand in for each host that was started from the image.
    check: (candidate) => (/(?:^|\/)ssh_host_\w{1,20}_key$/.test(candidate.window.path) ? checkPlain(candidate) : null),
    examplePath: 'etc/ssh/ssh_host_ed25519_key',
    examples: (rng) => [openssh(rng, 'none'), ecPem()],
    nearMisses: (rng) => [...notKeys(), openssh(rng, 'aes256-ctr')],
  },
  {
    id: 'encrypted-private-key',
    facts: ['Crypto/PEM private key (RSA/EC/DSA/PKCS8/OPENSSH/ENCRYPTED)'],
    name: 'Private key protected by a passphrase',
    ...pem,
    confidence: 'likely',
    check: checkEncrypted,
    examples: (rng) => [encryptedPem(), encryptedTraditional(), openssh(rng, 'aes256-ctr')],
    nearMisses: (rng) => [...notKeys(), pkcs8Pem(), openssh(rng, 'none')],
  },
  {
    id: 'pgp-private-key',
    facts: ['Crypto/PGP/GPG private key block'],
    name: 'PGP private key',
    ...pem,
    confidence: 'certain',
    check: checkPgp,
    examples: (rng) => [pgpBlock(Buffer.from([0x95, 0x01, ...Array.from({ length: 200 }, () => rng.below(256))]))],
    nearMisses: () => [pkcs8Pem(), pgpBlock(Buffer.alloc(200)).replaceAll('PRIVATE', 'PUBLIC')],
  },
  {
    id: 'putty-private-key',
    facts: ['Crypto/PuTTY private key'],
    name: 'PuTTY private key',
    anchors: { prefixes: ['PuTTY-User-Key-File-'] },
    pattern:
      /PuTTY-User-Key-File-[123]: [^\n]{3,40}\r?\nEncryption: (?<cipher>[a-z0-9-]{3,20})[\s\S]{0,4000}?Private-Lines: [0-9]{1,3}\r?\n(?<secret>(?:[A-Za-z0-9+/=]{1,64}\r?\n){1,80})/,
    around: [16, 16 * 1024],
    confidence: 'certain',
    check: ({ secret, start, groups }) => ({
      end: start + secret.trimEnd().length,
      canonical: Buffer.from(secret, 'base64'),
      proven: true,
      confidence: groups['cipher'] === 'none' ? 'certain' : 'likely',
    }),
    examples: (rng) => [putty(rng.chars('ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789', 128), 'none')],
    nearMisses: () => ['PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: none\n'],
  },
];

/** Listed with Google's rules: the same block, and more known of it. */
export const gcpServiceAccount: Rule = {
  id: 'gcp-service-account',
  facts: ['Google Cloud/Service-account key JSON'],
  name: 'Google Cloud service account key',
  anchors: { literals: ['pem'] },
  pattern,
  around: [2048, PEM_AFTER],
  confidence: 'certain',
  prefix: '',
  rank: 1,
  check: checkServiceAccount,
  examples: () => [
    JSON.stringify({
      type: 'service_account',
      private_key_id: 'a1',
      private_key: pkcs8Pem(),
      client_email: 'ci@project.iam.gserviceaccount.com',
    }),
  ],
  nearMisses: () => [JSON.stringify({ type: 'other', private_key: pkcs8Pem() }), pkcs8Pem()],
};

function pgpBlock(packet: Buffer): string {
  const body = packet.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${body}\n-----END PGP PRIVATE KEY BLOCK-----\n`;
}

function putty(body: string, cipher: string): string {
  const lines = body.replaceAll(/.{64}/g, '$&\n');
  return `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: ${cipher}\nComment: ci\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 2\n${lines}Private-MAC: 00\n`;
}
