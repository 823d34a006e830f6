import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { ALNUM, HEX } from './alphabets.ts';
import type { Rng } from './rng.ts';
import { assigned, inFile, type SecretGenerator } from './sample.ts';

/** Keys are made anew each time, whatever the seed: a key from a seeded generator would be everybody's. */
const rsa = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const pkcs8 = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ec = (): string => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }).toString();

function encrypted(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: randomBytes(8).toString('hex') }).toString();
}

/** RFC 9580, 5.5.3: an old-format secret key packet (tag 5); its inside is random, no reader looks further. */
function pgp(): string {
  const packet = Buffer.concat([Buffer.from([0x95, 0x01, 0x2c, 4]), randomBytes(299)]);
  const body = packet.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${body}\n=${randomBytes(3).toString('base64')}\n-----END PGP PRIVATE KEY BLOCK-----\n`;
}

function putty(): { readonly text: string; readonly secret: string } {
  const lines = randomBytes(96).toString('base64').replaceAll(/.{64}/g, '$&\n');
  const secret = lines.trimEnd();
  const text = `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: deploy\nPublic-Lines: 1\n${randomBytes(48).toString('base64')}\nPrivate-Lines: 2\n${secret}\nPrivate-MAC: ${randomBytes(32).toString('hex')}\n`;
  return { text, secret };
}

function serviceAccount(rng: Rng): { readonly text: string; readonly secret: string } {
  const project = `corp-${rng.chars('abcdefgh', 6)}`;
  const value = {
    type: 'service_account',
    project_id: project,
    private_key_id: rng.chars(HEX, 40),
    private_key: pkcs8(),
    client_email: `deploy@${project}.iam.gserviceaccount.com`,
    token_uri: 'https://oauth2.googleapis.com/token',
  };
  return { text: JSON.stringify(value, null, 2), secret: JSON.stringify(value.private_key.trimEnd()).slice(1, -1) };
}

export const keys: readonly SecretGenerator[] = [
  { detector: 'private-key', make: (rng) => assigned('TLS_KEY', rng.pick([rsa, pkcs8, ec])().trimEnd()) },
  { detector: 'encrypted-private-key', make: () => assigned('TLS_KEY', encrypted().trimEnd()) },
  { detector: 'pgp-private-key', make: () => inFile('root/release.asc', ...pair(pgp().trimEnd())) },
  { detector: 'putty-private-key', make: () => inFile('home/ops/deploy.ppk', ...spread(putty())) },
  { detector: 'gcp-service-account', make: (rng) => inFile('app/gcp.json', ...spread(serviceAccount(rng))) },
  {
    detector: 'google-refresh-token',
    make: (rng) => {
      const secret = `1//0${rng.chars(ALNUM, 99)}`;
      const value = { client_id: '7', client_secret: 'd-x', refresh_token: secret, type: 'authorized_user' };
      return inFile('root/.config/gcloud/application_default_credentials.json', JSON.stringify(value, null, 2), secret);
    },
  },
];

const pair = (text: string): [string, string] => [`${text}\n`, text];
const spread = ({ text, secret }: { readonly text: string; readonly secret: string }): [string, string] => [text, secret];
