import { createECDH, generateKeyPairSync } from 'node:crypto';
import { ALNUM, BASE64, DIGITS, HEX, LOWER } from './alphabets.ts';
import { crcHex } from './checksums.ts';
import type { Rng } from './rng.ts';
import { assigned, atPath, generatorsOf, inFile, password, type SecretGenerator } from './sample.ts';

const uuid = (rng: Rng): string => [8, 4, 4, 4, 12].map((length) => rng.chars(HEX, length)).join('-');

function vapid(): { readonly publicKey: string; readonly privateKey: string } {
  const pair = createECDH('prime256v1');
  do pair.generateKeys();
  while (pair.getPrivateKey().length < 32);
  return { publicKey: pair.getPublicKey().toString('base64url'), privateKey: pair.getPrivateKey().toString('base64url') };
}

const script = generatorsOf(inFile);

/** The claims of tokens that providers say are JSON Web Tokens, and the variables that hold them. */
const webTokens = [
  'TEMPORAL_API_KEY',
  'SCALR_TOKEN',
  'CALENDLY_TOKEN',
  'MONDAY_API_TOKEN',
  'CLOUDCONVERT_API_KEY',
  'WRIKE_TOKEN',
  'LEMONSQUEEZY_API_KEY',
];

function webToken(rng: Rng): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: `https://auth.corp.io`, sub: rng.chars(HEX, 24), jti: uuid(rng), iat: 1_790_000_000 + rng.below(1e6) };
  return `${part({ alg: 'HS512', typ: 'JWT' })}.${part(claims)}.${rng.bytes(64).toString('base64url')}`;
}

/** Secrets in pairs, or of structures of their own. */
export const pairs: readonly SecretGenerator[] = [
  ...webTokens.map((variable): SecretGenerator => ({ detector: 'jwt', make: (rng) => assigned(variable, webToken(rng)) })),
  {
    detector: 'mailgun-api-key',
    make: (rng) => assigned('MAILGUN_API_KEY', [32, 8, 8].map((length) => rng.chars(HEX, length)).join('-')),
  },
  { detector: 'ethereum-private-key', make: (rng) => assigned('DEPLOYER_PRIVATE_KEY', `0x${rng.bytes(32).toString('hex')}`) },
  {
    detector: 'vapid-private-key',
    make: () => {
      const { publicKey, privateKey } = vapid();
      return inFile(
        'app/.env',
        `VAPID_SUBJECT=mailto:ops@corp.io\nVAPID_PUBLIC_KEY=${publicKey}\nVAPID_PRIVATE_KEY=${privateKey}\n`,
        privateKey,
      );
    },
  },
  script(
    'tink-keyset',
    'app/keyset.json',
    (secret) =>
      `{"primaryKeyId":1931667682,"key":[{"keyData":{"typeUrl":"type.googleapis.com/google.crypto.tink.AesGcmKey","value":"${secret}","keyMaterialType":"SYMMETRIC"},"outputPrefixType":"TINK","keyId":1931667682,"status":"ENABLED"}]}\n`,
    (rng) => Buffer.concat([Buffer.from([0x1a, 0x20]), rng.bytes(32)]).toString('base64'),
  ),
  script('powershell-secure-string', 'setup.ps1', (secret) => `$p = ConvertTo-SecureString -String "${secret}" -AsPlainText -Force\n`),
  script(
    'group-policy-password',
    'Groups.xml',
    (secret) => `<Groups><User name="admin"><Properties action="U" cpassword="${secret}" userName="admin"/></User></Groups>\n`,
    (rng) => rng.bytes(32).toString('base64').replace(/=+$/, ''),
  ),
  script(
    'windows-setup-password',
    'unattend.xml',
    (secret) =>
      `<UserAccounts><AdministratorPassword>\n  <Value>${secret}</Value>\n  <PlainText>true</PlainText>\n</AdministratorPassword></UserAccounts>\n`,
  ),
  script('vsphere-login-password', 'vm.ps1', (secret) => `Connect-VIServer -Server vc.corp.io -User svc -Password ${secret}\n`),
  {
    detector: 'coinbase-cdp-key',
    make: (rng) => {
      const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }).toString();
      const secret = JSON.stringify(pem).slice(1, -1).replace(/\\n$/, '');
      const text = JSON.stringify({ name: `organizations/${uuid(rng)}/apiKeys/${uuid(rng)}`, privateKey: pem }, null, 2);
      return inFile('app/cdp_api_key.json', text, secret);
    },
  },
  {
    detector: 'dropbox-long-lived-token',
    make: (rng) => assigned('DROPBOX_ACCESS_TOKEN', `x7${rng.chars(ALNUM, 9)}AAAAAAAAAA${rng.chars(ALNUM, 43)}`),
  },
  {
    detector: 'twitter-bearer-token',
    make: (rng) =>
      assigned('TWITTER_BEARER_TOKEN', `${'A'.repeat(21)}M${rng.chars(ALNUM, 24)}%2F${rng.chars(ALNUM, 17)}%3D${rng.chars(ALNUM, 50)}`),
  },
  { detector: 'paystack-secret-key', make: (rng) => assigned('PAYSTACK_SECRET_KEY', `sk_live_${rng.chars(HEX, 40)}`) },
  script(
    'adyen-api-key',
    'app/.env',
    (secret) => `ADYEN_API_KEY='${secret}'\n`,
    (rng) => `AQE${rng.chars(BASE64, 95)}==-${rng.chars(BASE64, 43)}=-k2(${rng.chars(`${ALNUM}^{}()!%*+;`, 12)}Z`,
  ),
  {
    detector: 'zuplo-api-key',
    make: (rng) => {
      const body = rng.chars(LOWER + DIGITS, 32);
      return assigned('ZUPLO_API_KEY', `zpka_${body}_${crcHex(body)}`);
    },
  },
  script(
    's3-presigned-url',
    'srv/fetch.sh',
    (secret) =>
      `curl "https://minio.corp.io/backup/db.sql?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=backup-user%2F20260101%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Expires=3600&X-Amz-Signature=${secret}"\n`,
    (rng) => rng.bytes(32).toString('hex'),
  ),
  { detector: 'recaptcha-secret-key', make: (rng) => assigned('RECAPTCHA_SECRET_KEY', `6Lc${rng.chars(ALNUM, 37)}`) },
  script(
    'sidekiq-licence',
    'app/.env',
    (secret) => `BUNDLE_GEMS__CONTRIBSYS__COM=${secret}\n`,
    (rng) => `4f${rng.chars(HEX, 6)}:7e${rng.chars(HEX, 6)}`,
  ),
  {
    detector: 'automation-webhook',
    make: (rng) =>
      assigned('ALERT_WEBHOOK', `https://hooks.zapier.com/hooks/catch/${rng.below(9e6) + 1e6}/b${rng.chars(LOWER + DIGITS, 6)}`),
  },
  {
    detector: 'composer-credential',
    make: (rng) => {
      const secret = password(rng);
      const text = JSON.stringify({ 'http-basic': { 'repo.corp.io': { username: 'ci', password: secret } } }, null, 4);
      return atPath('root/.composer/auth.json', text, secret);
    },
  },
];
