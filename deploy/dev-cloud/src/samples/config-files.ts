import { generateKeyPairSync } from 'node:crypto';
import { ALNUM, BASE32, BASE64, DIGITS, HEX, LOWER, UPPER, URL_SAFE } from './alphabets.ts';
import type { Rng } from './rng.ts';
import { assigned, generatorsOf, inFile, password, type SecretGenerator } from './sample.ts';

const uuid = (rng: Rng): string => [8, 4, 4, 4, 12].map((length) => rng.chars(HEX, length)).join('-');

const file = generatorsOf(inFile);

/** 32 random bytes as Curve25519 clamps them (RFC 7748, 5). */
function curveKey(rng: Rng): string {
  const key = rng.bytes(32);
  key.writeUInt8(key.readUInt8(0) & 0xf8, 0);
  key.writeUInt8((key.readUInt8(31) & 0x7f) | 0x40, 31);
  return key.toString('base64');
}

/** Sun's Java keystore with one key entry (sun.security.provider.JavaKeyStore): what is encrypted in it is random to the eye. */
function javaKeystore(rng: Rng): Buffer {
  const alias = Buffer.from('server');
  const head = Buffer.from([0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, alias.length]);
  return Buffer.concat([head, alias, Buffer.from([0, 0, 1, 0x8f, 1, 2, 3, 4, 0, 0, 5, 0]), rng.bytes(1280)]);
}

/** What configuration files of much used programs hold, in their own form. */
export const configFiles: readonly SecretGenerator[] = [
  file('environment-password', 'app/.env', (secret) => `DB_HOST=db\nDB_PASSWORD=${secret}\nDEBUG=0\n`),
  file('properties-password', 'app/service.properties', (secret) => `server.port=8080\nspring.datasource.password=${secret}\n`),
  file(
    'gradle-credentials-password',
    'app/build.gradle',
    (secret) => `repositories { maven {\n  credentials {\n    username = 'ci'\n    password = '${secret}'\n  }\n} }\n`,
  ),
  file(
    'maven-server-password',
    'root/.m2/settings.xml',
    (secret) =>
      `<settings><servers><server>\n<id>corp</id>\n<username>ci</username>\n<password>${secret}</password>\n</server></servers></settings>\n`,
  ),
  file(
    'nuget-password',
    'app/NuGet.Config',
    (secret) => `<corp>\n<add key="Username" value="ci" />\n<add key="ClearTextPassword" value="${secret}" />\n</corp>\n`,
  ),
  file(
    'wordpress-database-password',
    'app/wp-config.php',
    (secret) => `<?php\ndefine( 'DB_USER', 'wp' );\ndefine( 'DB_PASSWORD', '${secret}' );\n`,
  ),
  file('terraform-state-password', 'app/terraform.tfstate', (secret) =>
    JSON.stringify(
      { version: 4, resources: [{ instances: [{ schema_version: 2, attributes: { engine: 'pg', password: secret } }] }] },
      null,
      2,
    ),
  ),
  file(
    'kubernetes-secret-password',
    'app/secret.yaml',
    (secret) => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  db-password: ${secret}\n`,
    (rng) => Buffer.from(password(rng)).toString('base64'),
  ),
  file('wireguard-key', 'etc/wireguard/wg0.conf', (secret) => `[Interface]\nPrivateKey = ${secret}\nListenPort = 51820\n`, curveKey),
  {
    detector: 'jwk-private-key',
    make: () => {
      const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
      return inFile('app/jwk.json', JSON.stringify({ kty: key.kty, crv: key.crv, x: key.x, d: key.d }), key.d ?? '');
    },
  },
  {
    detector: 'docker-identity-token',
    make: (rng) => {
      const secret = `a1${rng.chars(URL_SAFE, 70)}`;
      return inFile(
        'root/.docker/config.json',
        JSON.stringify({ auths: { 'corp.azurecr.io': { identitytoken: secret } } }, null, 2),
        secret,
      );
    },
  },
  {
    detector: 'google-storage-hmac-key',
    make: (rng) => {
      const secret = `q7${rng.chars(BASE64, 36)}Zk`;
      return inFile('root/.boto', `gs_access_key_id = GOOG1E${rng.chars(BASE32, 55)}\ngs_secret_access_key = ${secret}\n`, secret);
    },
  },
  {
    detector: 'azure-app-configuration-connection',
    make: (rng) => {
      const secret = `${rng.chars(ALNUM, 43)}=`;
      return assigned('APP_CONFIG', `Endpoint=https://corp.azconfig.io;Id=x9Y8-l0-s0:${rng.chars(ALNUM, 20)};Secret=${secret}`, secret);
    },
  },
  {
    detector: 'bitbucket-access-token',
    make: (rng) =>
      assigned('BITBUCKET_TOKEN', `BBDC-${Buffer.concat([Buffer.from(`1${rng.chars(DIGITS, 11)}:`), rng.bytes(20)]).toString('base64')}`),
  },
  {
    detector: 'bitbucket-app-password',
    make: (rng) => assigned('BITBUCKET_APP_PASSWORD', `ATBB${rng.chars(ALNUM, 24)}${rng.chars(`${DIGITS}ABCDEF`, 8)}`),
  },
  {
    detector: 'discord-webhook',
    make: (rng) => assigned('DISCORD_WEBHOOK', `https://discord.com/api/webhooks/1${rng.chars(DIGITS, 17)}/a7${rng.chars(URL_SAFE, 66)}`),
  },
  { detector: 'keystore', make: (rng) => assigned('KEYSTORE_BASE64', javaKeystore(rng).toString('base64')) },
  { detector: 'generic-api-key', make: (rng) => assigned('PARTNER_API_KEY', `k7${rng.chars(ALNUM, 30)}4Q`) },
  {
    detector: 'teams-webhook',
    make: (rng) =>
      assigned(
        'TEAMS_WEBHOOK',
        `https://corp${rng.chars(LOWER, 3)}.webhook.office.com/webhookb2/${uuid(rng)}@${uuid(rng)}/IncomingWebhook/${rng.chars(HEX, 32)}/${uuid(rng)}`,
      ),
  },
  {
    detector: 'cloudinary-url',
    make: (rng) => {
      const secret = `${rng.chars(DIGITS, 15)}:${rng.chars(ALNUM, 27)}@corp${rng.chars(UPPER, 2).toLowerCase()}`;
      return assigned('CLOUDINARY_URL', `cloudinary://${secret}`, secret);
    },
  },
];
