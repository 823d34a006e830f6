import { createRng, secretGenerators } from '@tidewaiter/dev-cloud/samples';
import tap from 'tap';
import { usualRules, TextDetector } from '../../src/detectors/index.ts';
import { createPassMemory } from '../../src/memory/index.ts';

const texts = new TextDetector(usualRules.rules, createPassMemory);
const confidencesOf = (text: string): string[] => texts.matches(text).map(({ confidence }) => confidence);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const key = secretGenerators.find(({ detector }) => detector === 'atera-api-key')?.make(createRng(9)).secret ?? '';
const random = createRng(10).chars('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 40);

/** What docs, tests and libraries are full of, by the reason why it is no secret. The corpora of docs/accuracy.md brought each up. */
const none: Readonly<Record<string, readonly string[]>> = {
  'names in lists and types of programs': [
    '@FieldOrder({"shi502_path", "shi502_passwd", "shi502_reserved"})\n',
    "assertEqual(splitpasswd('user+1:a+b'), ('user+1', 'a+b'))\n",
    'export function pwhash(length: number, password: Uint8Array | string, salt: Uint8Array): void;\n',
    'PKCS12_SAFEBAG_create_secret   5280\t3_0_0\tEXIST::FUNCTION:\nPKCS12_add1_attr_by_NID   5281\t3_0_0\n',
    'libpq\0user\0Password: \0fallback_application_name1\0',
  ],
  'names of types beside a word for secrets': [
    'class A extends AbstractAuthKey<OAuth2AuthorizationServerConfigurer> {}',
    'azureApiKey = messages.field("GoogleCloudContainerV1AzureConfig")',
    'snowflake_token: APIAuditLogChangeData2Entry',
    '"clientToken": {"shape": "Generic512CharString"}',
  ],
  'names of algorithms and constants': [
    'private_key = "PBKDF2WithHmacSHA256"',
    'SECRET_KEY: "crypto_box_curve25519xsalsa20poly1305_x4"',
    'PrivateKey = ALICE_cf_brainpoolP192r1_key',
  ],
  'symbols of C++ and Rust': [
    'api_key=_ZN4node6crypto9KeyGenJobINS0_18SecretKeyGenTraitsEED0Ev',
    'secret_key\0_RNvXs_NtCs27Vx93FoQ6z_4core3num3imp6bignum5tests\0',
  ],
  'neighbours in a table of strings': [`atera_api_key\0${key}\0`],
  'words in base64': [`api_key = "${base64('MyVerifierStringForTests').replaceAll('=', '')}"`],
  'digests beside file names': [`usr/share/man/private_key.gz\n${key}  usr/share/x`, `github.com/Azure/azure-sdk-key,v1,h1:${random}abc=`],
  'requests named by a UUID': ['client-token=550e8400-e29b-41d4-a716-446655440000'],
  'passwords of a few sample words': [
    'redis://app:authpassword@cache.corp.io:6379',
    'postgres://johndoe:random-password@db.corp.io/main',
    'https://me:passw0rd1@corp.io/',
    `Authorization: Basic ${base64('testuser:testpass')}`,
    `Authorization: Basic ${base64('id:1234567890abcdef1234567890abcdef')}`,
  ],
  'programs and tests of the formats': [
    String.raw`nrc = "machine h.corp.io login l password \"pass123\n"`,
    'x={Server=r.server;User=u;Password=r.password,s.host=r.host}',
    'ESXI_PASSWORD\nesxi2_username: x1\n',
    `say("-----BEGIN RSA PRIVATE KEY-----'. Set it in the file, and see that it is whole and has all its lines")`,
  ],
  'passwords of samples and of other things beside a user': [
    '{"username": "shop", "password": "Passw0rd123"}',
    'connect(user="shop", password="your-Passw0rd!")',
    'password_encryption = \'x\'\nhost all all 0/0 password = "scram-sha-256"\n',
    'db(host="db-1", password=settings.DB_PASSWORD_1)',
    'host=db-1 user=shop password=${DB_PASSWORD_1}\n',
    'docker run -u 1000 -p 8080:8080/tcp app\n',
  ],
  'bytes counted up': ['"-secretkey", "000102030405060708090A0B0C0D0E0F"'],
  'URLs of letters': ['https://u:pw@corp.io/', 'ftp://app:v9Kx2LmQ81@test.com/', 'http://[[Benutzer][:Passwort]@]Rechner[:Port]/'],
  'comments that document': [` * @param privateKey: '${key}'\n`, String.raw`"...\n *   privateKey: '` + `${key}'`],
  'tokens that were cut': [`Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJ0aGlz`],
};

const crate = `cio${random.slice(0, 32)}`;
const noise = createRng(11).chars('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 76);

/** What may be a secret and is none as a rule. */
const possible: Readonly<Record<string, readonly string[]>> = {
  'what has a short prefix in the middle of base64': [
    `${noise}\n${noise.slice(0, 20)}/${crate}+${noise.slice(57)}\n${noise}`,
    `${noise}\n${crate}/${noise.slice(36)}\n${noise}`,
    `${noise}\n${noise.slice(0, 40)}+${crate}\n${noise}`,
    `${noise.repeat(9)}+${crate}/${noise.repeat(9)}`,
  ],
  'words as passwords': ['https://sigma:flabbergast@git.corp.io/x', 'machine h.corp.io login l password correcthorse\n'],
  'passwords of a machine of one’s own': ['postgres://app:v9Kx2LmQ81@localhost:5432/main'],
};

await tap.test('what docs, tests and libraries are full of is no finding', async (t) => {
  for (const [reason, list] of Object.entries(none)) for (const text of list) t.strictSame(confidencesOf(text), [], `${reason}: ${text}`);
});

await tap.test('what may be a secret and is none as a rule is possible', async (t) => {
  for (const [reason, list] of Object.entries(possible))
    for (const text of list) t.strictSame(confidencesOf(text), ['possible'], `${reason}: ${text}`);
});

await tap.test('a short prefix is a token’s where what is beside it is no base64', (t) => {
  for (const text of [
    `CARGO_REGISTRY_TOKEN=${crate}\n`,
    `https://crates.corp.io/api/v1/tokens/${crate}/revoke`,
    `{"data":"${noise}","token":"${crate}"}`,
    `${noise}\n${crate}\n${noise}`,
  ])
    t.strictSame(confidencesOf(text), ['likely'], text);
  t.end();
});

await tap.test('a key of Exoscale has 24 hexadecimal digits', (t) => {
  const digits = createRng(12).chars('0123456789abcdef', 24);
  t.strictSame(confidencesOf(`key: EXO${digits}`), ['likely']);
  t.strictSame(confidencesOf(`x: EXO${digits.slice(1)}Z x: EXO${digits}a`), []);
  t.end();
});
