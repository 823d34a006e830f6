import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createRng, type Rng } from '@tidewaiter/dev-cloud/samples';
import tap from 'tap';
import { chooseRules, TextDetector, usualRules } from '../../src/detectors/index.ts';
import { createPassMemory } from '../../src/memory/index.ts';
import { matchesOf } from './feed.ts';

const names = ['generic-high-entropy', 'generic-password'] as const;
const { rules } = await chooseRules({ enable: names, disable: [], custom: [] });
const texts = new TextDetector(rules, createPassMemory);
const usual = new TextDetector(usualRules.rules, createPassMemory);

const alnum = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const hex = '0123456789abcdef';
const words = ['river', 'copper', 'walrus', 'harbour', 'velvet', 'tundra', 'meadow', 'anchor'];
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const tokens: readonly ((rng: Rng) => string)[] = [
  (rng) => rng.chars(alnum, 32),
  (rng) => rng.chars(alnum, 20),
  (rng) => rng.chars(hex, 40),
  (rng) => rng.bytes(32).toString('base64'),
  (rng) => rng.bytes(24).toString('base64url'),
];
const passwords: readonly ((rng: Rng) => string)[] = [
  (rng) => `${capital(rng.pick(words))}${rng.below(90) + 10}!`,
  (rng) => rng.chars(alnum, 12),
  (rng) => `${rng.pick(words)}#${rng.below(9000) + 1000}`,
  (rng) => `p4$${rng.chars(alnum, 6)}w0`,
];
const tokenNames = [
  'token',
  'partner_secret',
  'signingKey',
  'WEBHOOK_SECRET',
  'auth_token',
  'encryption_key',
  'apiToken',
  'session_secret',
  'ACCESS_KEY',
];
const passwordNames = ['password', 'DB_PASS', 'passwd', 'adminPassword', 'pwd', 'ftp_password', 'smtpPass', 'passphrase'];

const written: readonly ((name: string, value: string) => string)[] = [
  (name, value) => `${name} = "${value}"\n`,
  (name, value) => `const ${name} = '${value}';\n`,
  (name, value) => `{"host": "db-1", "${name}": "${value}"}`,
  (name, value) => `service:\n  ${name}: ${value}\n`,
  (name, value) => `${name}=${value}\n`,
  (name, value) => `<${name}>${value}</${name}>\n`,
  (name, value) => `config.set("${name}", "${value}")\n`,
  (name, value) => `run --${name.replaceAll('_', '-')} ${value} --verbose\n`,
];

/** What is no secret, however like one it is written. */
const harmless: readonly ((rng: Rng) => string)[] = [
  () => 'password = "changeme"\n',
  () => 'token: ${API_TOKEN}\n',
  () => 'DB_PASS=your_password_here\n',
  () => 'password: string;\n',
  () => 'const password = req.body.password;\n',
  () => 'secret = os.environ["SECRET"]\n',
  () => 'passwd = getpass.getpass("Password: ")\n',
  () => 'key = "some_long_identifier_of_a_setting"\n',
  () => 'raise ValueError("password is required")\n',
  () => 'auth: { type: "bearer", tokenUrl: "https://auth.corp.io/v1/token" }\n',
  () => 'password_policy = "at_least_12_characters"\n',
  () => 'label = "Enter your password"\n',
  () => 'private_key_path = "/etc/ssl/private/server.key"\n',
  () => 'secretName: shop-database-credentials\n',
  (rng) => `commit = "${rng.chars(hex, 40)}"\n`,
  (rng) => `token_hash = "${createHash('sha256').update(rng.bytes(4)).digest('hex')}"\n`,
  (rng) => `"integrity": "sha512-${rng.bytes(64).toString('base64')}"\n`,
  () => `client_id: ${randomUUID()}\n`,
  () => `request_id = "${randomUUID()}"\n`,
  (rng) => `key: ${Buffer.from(`${rng.pick(words)} of the ${rng.pick(words)} is text`).toString('base64')}\n`,
  () => `public_key = "${generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}"\n`,
  (rng) => `checksum: md5:${rng.chars(hex, 32)}\n`,
  (rng) => `image: registry.corp.io/shop@sha256:${rng.chars(hex, 64)}\n`,
  () => 'The password is stored encrypted.\n',
  () => 'token = jwt.encode(payload, settings.SECRET_KEY)\n',
  () => 'primaryKey: "customer_order_identifier"\n',
];

const foundIn = (text: string): boolean => texts.matches(text).length > 0;

await tap.test('with the generic detectors on, values of telling names are found in most forms', async (t) => {
  const missed: string[] = [];
  let all = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const rng = createRng(seed);
    const samples = [
      ...tokens.map((make) => [rng.pick(tokenNames), make(rng)] as const),
      ...passwords.map((make) => [rng.pick(passwordNames), make(rng)] as const),
    ];
    for (const [name, value] of samples) {
      for (const write of written) {
        const text = write(name, value);
        all++;
        if (!foundIn(text)) missed.push(text);
      }
    }
  }
  t.comment(`${all - missed.length} of ${all} found`);
  t.ok(missed.length <= all * 0.15, 'at least 85 %', { missed: missed.slice(0, 60) });
});

await tap.test('with the generic detectors on, what is no secret is seldom taken for one', async (t) => {
  const taken: string[] = [];
  let all = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const rng = createRng(seed);
    for (const make of harmless) {
      const text = make(rng);
      all++;
      if (foundIn(text)) taken.push(text);
    }
  }
  t.comment(`${taken.length} of ${all} taken`);
  t.ok(taken.length <= all * 0.2, 'at most 20 %', { taken: [...new Set(taken)].slice(0, 40) });
});

await tap.test('the generic detectors are off unless asked for, and yield to one that knows more', async (t) => {
  const rng = createRng(3);
  t.strictSame(usual.matches(`signing_salt: ${rng.chars(alnum, 32)}\npwd = 'Walrus77!'\n`), []);
  t.strictSame(
    texts.matches(`signing_salt: ${rng.chars(alnum, 32)}\npwd = 'Walrus77!'\n`).map(({ detector }) => detector),
    names,
  );
  t.strictSame(
    texts.matches(`secret_token = "dop_v1_${rng.chars(hex, 64)}"\n`).map(({ detector }) => detector),
    ['digitalocean-pat'],
  );
});

await tap.test('a drawn value is likely under a name that says what it is, and less sure where that may be another thing', async (t) => {
  const drawn = `k7${createRng(31).chars(alnum, 28)}4Q`;
  const confidences = (text: string): string[] => usual.matches(text).map(({ confidence }) => confidence);
  for (const text of [
    `const kestrelApiKey = '${drawn}';\n`,
    `nordluft_token: ${drawn}\n`,
    `quill.client-secret=${drawn}\n`,
    `{"webhookSecret": "${drawn}"}`,
    `<add key="OvermoorAccessToken" value="${drawn}" />`,
    `- name: TARN_API_KEY\n  value: "${drawn}"\n`,
    `KESTREL_SECRET_KEY=${randomUUID()}\n`,
    `{"token": "${drawn}"}`,
    `kestrel login --token ${drawn}\n`,
  ])
    t.strictSame(confidences(text), ['likely'], text);
  for (const text of [
    `{"atera": 1, "token": "${drawn}"}`,
    `{"token": "${createRng(7).chars(hex, 26)}"}`,
    `client_secret:\n  type: string\n  example: ${drawn}\n`,
    `![state](https://ci.corp.io/shop.svg?circle_token=${drawn})\n`,
    `auth: SignedHeaders=host;x-corp-token, Signature=${createRng(5).chars(hex, 64)}\n`,
    `privateKeyHex = "${createRng(6).chars(hex, 96)}"\n`,
  ])
    t.notOk(confidences(text).includes('likely'), text);
  const inPackage = matchesOf(
    Buffer.from(`const kestrelApiKey = '${drawn}';\n`),
    [],
    usualRules.rules,
    'app/node_modules/kestrel/README.md',
  );
  t.strictSame(
    inPackage.map(({ confidence }) => confidence),
    ['possible'],
  );
});

await tap.test('a value with a sign in it that no key holds is not found by its pieces', async (t) => {
  const [left, right] = [createRng(8).chars(hex, 32), createRng(9).chars(hex, 32)];
  for (const sign of ['!', '^', '*', '?']) t.strictSame(usual.matches(`algolia token = '${left}${sign}${right}'\n`), [], sign);
});
