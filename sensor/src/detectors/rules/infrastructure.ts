import { alphabets, password } from '../alphabets.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { isValueOf, kindOfName } from './by-name.ts';

const START_BYTES = 28 * 1024;
/** From the file's beginning on. */
const around = [0, START_BYTES] as const;

const byName = ({ groups, secret }: Candidate): Found | null => (isValueOf(kindOfName(groups['name'] ?? ''), secret) ? {} : null);

/** The attributes that a state says are sensitive are the paths of "sensitive_attributes"; of an output, its own "sensitive". */
function checkOutput({ secret, window, end }: Candidate): Found | null {
  if (!/^"\s{0,8},[^{}]{0,80}"sensitive"\s{0,4}:\s{0,4}true/.test(window.text.slice(end, end + 120))) return null;
  return isValueOf('password', secret) || isValueOf('secret', secret) ? {} : null;
}

/** Keys of a Secret that say where or who. */
const harmlessKeys =
  /user(?:name)?$|^(?:login|host|hostname|port|url|uri|endpoint|email|database|db|dbname|db[-_]name|namespace|region|bucket|server|scheme|type|name|ca\.crt|.*\.crt|.*\.pem|.*\.pub|.*[-_.]id|id)$/i;

interface Section {
  readonly kind: 'data' | 'stringData' | 'other';
}

/** The part of a Secret manifest in which a place lies: by the last key of its own that stands before. */
function sectionOf(text: string, at: number): Section {
  const from = Math.max(0, text.lastIndexOf('\n---', at));
  const until = text.indexOf('\n---', at);
  const document = text.slice(from, until < 0 ? undefined : until);
  if (!/(?:^|[\s{,-])"?kind"?:\s{0,4}"?Secret"?(?=[\s,}]|$)/.test(document)) return { kind: 'other' };
  const before = text.slice(from, at);
  const keys = [...before.matchAll(/(?:^|[\s{,])"?(data|stringData|metadata|spec|type|kind|apiVersion|immutable|labels|annotations)"?:/g)];
  const last = keys.at(-1)?.[1];
  return { kind: last === 'data' || last === 'stringData' ? last : 'other' };
}

/** A Secret is what its kind says, whatever its key: `likely` where the key names a password or a token, else `possible`. */
function checkManifest({ secret, groups, window, start }: Candidate): Found | null {
  const name = groups['name'] ?? '';
  const section = sectionOf(window.text, start - name.length - 8 > 0 ? start - 1 : start);
  if (section.kind === 'other' || harmlessKeys.test(name)) return null;
  const text = section.kind === 'data' ? decoded(secret) : secret;
  if (text === null) return null;
  const kind = kindOfName(name);
  if (!isValueOf(kind === 'none' ? 'password' : kind, text) && !isValueOf('password', text)) return null;
  return { canonical: Buffer.from(text, 'latin1'), proven: true, confidence: kind === 'none' ? 'possible' : 'likely' };
}

/** One line of text in base64; null for anything else. */
function decoded(base64: string): string | null {
  if (!/^[A-Za-z0-9+/]{8,}={0,2}$/.test(base64) || base64.length % 4 !== 0) return null;
  const text = Buffer.from(base64, 'base64').toString('latin1').trimEnd();
  return /^[\x20-\x7e]{6,}$/.test(text) ? text : null;
}

function checkKubeconfig({ secret, groups }: Candidate): Found | null {
  return isValueOf(groups['name'] === 'password' ? 'password' : 'secret', secret) ? {} : null;
}

const manifest = (section: string, entries: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\n  namespace: prod\ntype: Opaque\n${section}:\n${entries}`;
const inBase64 = (text: string): string => Buffer.from(text).toString('base64');

/** Files that machines and clusters are described in. */
export const rules: readonly Rule[] = [
  {
    id: 'terraform-variable',
    facts: ['Terraform/State / tfvars secrets'],
    name: 'Secret in a Terraform variable file',
    anchors: { files: /\.tfvars(?:\.json)?$/ },
    pattern: /(?<=^|[\n{,])\s{0,32}"?(?<name>[A-Za-z][A-Za-z0-9_-]{0,80})"?\s{0,32}[=:]\s{0,4}"(?<secret>[^"\n]{6,512})"/,
    around,
    confidence: 'likely',
    rank: -2,
    check: byName,
    examplePath: 'infra/prod.auto.tfvars',
    examples: (rng) => [
      `db_password = "${password(rng)}"\n`,
      `region = "eu-west-1"\npartner_token  =  "k7${rng.chars(alphabets.alnum, 30)}4Q"\n`,
    ],
    nearMisses: (rng) => [
      'db_password = "changeme"\n',
      'db_password = "${var.password}"\n',
      `password_policy = "${password(rng)}"\n`,
      `user = "${password(rng)}"\n`,
    ],
  },
  {
    id: 'terraform-state-attribute',
    facts: ['Terraform/State / tfvars secrets'],
    name: 'Secret attribute in a Terraform state',
    anchors: { files: /\.tfstate(?:\.backup|\.\d{1,20}\.backup)?$/ },
    pattern: /"(?<name>[a-z][a-z0-9_]{2,80})"\s{0,4}:\s{0,4}"(?<secret>[^"\\\n]{6,512})"/,
    around,
    confidence: 'likely',
    rank: -2,
    check: byName,
    examplePath: 'infra/terraform.tfstate',
    examples: (rng) => [`{"resources": [{"attributes": {"engine": "pg", "master_password": "${password(rng)}"}}]}`],
    nearMisses: (rng) => [`{"attributes": {"password_hash": "${password(rng)}"}}`, '{"attributes": {"password": null}}'],
  },
  {
    id: 'terraform-state-output',
    facts: ['Terraform/State / tfvars secrets'],
    name: 'Sensitive output in a Terraform state',
    anchors: { files: /\.tfstate(?:\.backup|\.\d{1,20}\.backup)?$/ },
    pattern: /"(?<name>[A-Za-z][A-Za-z0-9_-]{0,80})"\s{0,4}:\s{0,4}\{\s{0,16}"value"\s{0,4}:\s{0,4}"(?<secret>[^"\\\n]{6,512})(?=")/,
    around,
    confidence: 'likely',
    rank: -1,
    check: checkOutput,
    examplePath: 'infra/terraform.tfstate',
    examples: (rng) => [`{"outputs": {"admin": {"value": "${password(rng)}", "type": "string", "sensitive": true}}}`],
    nearMisses: (rng) => [`{"outputs": {"admin": {"value": "${password(rng)}", "type": "string"}}}`],
  },
  {
    id: 'kubernetes-secret',
    facts: ['Kubernetes/Secret manifest (data/stringData)'],
    name: 'Entry of a Kubernetes Secret manifest',
    anchors: { files: /\.ya?ml$|(?:^|[/._-])secrets?[^/]{0,60}\.json$/i },
    requires: /"?kind"?:\s{0,4}"?Secret\b/,
    pattern:
      /(?<=^|[\n{,])[ \t]{0,32}"?(?<name>[A-Za-z0-9_.-]{1,120})"?:[ \t]{0,4}["']?(?<secret>[^\s"'{}[\],#|>&*!%@\x60][^\s"']{5,4000})["']?(?=[\s,}]|$)/,
    around,
    confidence: 'likely',
    rank: -2,
    check: checkManifest,
    examplePath: 'deploy/secret.yaml',
    examples: (rng) => [
      manifest('data', `  username: ${inBase64('shop')}\n  partner-token: ${inBase64(`k7${rng.chars(alphabets.alnum, 30)}4Q`)}\n`),
      manifest('stringData', `  SIGNING_KEY: "k7${rng.chars(alphabets.alnum, 30)}4Q"\n`),
      manifest('data', `  salt: ${inBase64(password(rng))}\n`),
    ],
    nearMisses: (rng) => [
      manifest('data', `  username: ${inBase64(password(rng))}\n`),
      manifest('data', `  password: ${inBase64('changeme')}\n`),
      manifest('stringData', '  password: ${DB_PASSWORD}\n'),
      manifest('data', `  salt: ${inBase64(password(rng))}\n`).replace('kind: Secret', 'kind: SealedSecret'),
      `kind: Secret\nmetadata:\n  uid: ${password(rng)}\n`,
    ],
  },
  {
    id: 'kubeconfig-credential',
    facts: ['Kubernetes/kubeconfig client-key-data / token'],
    name: 'Token or password of a user in a kubeconfig',
    anchors: {
      files:
        /(?:^|\/)(?:\.kube\/[^/]{1,80}|[^/]{0,80}kubeconfig[^/]{0,40}|kubernetes\/(?:admin|kubelet|controller-manager|scheduler)\.conf)$/i,
    },
    requires: /\bclusters"?:/,
    pattern:
      /(?<=[\s{,])"?(?<name>token|password|client-secret|id-token|refresh-token|access-token)"?:[ \t]{0,4}["']?(?<secret>[^\s"',{}]{6,4000})/,
    around,
    confidence: 'likely',
    rank: -1,
    check: checkKubeconfig,
    examplePath: 'root/.kube/config',
    examples: (rng) => [
      `apiVersion: v1\nclusters: []\nkind: Config\nusers:\n- name: ci\n  user:\n    token: kubeconfig-u-${rng.chars(alphabets.lowerAlnum, 10)}:x7${rng.chars(alphabets.lowerAlnum, 50)}\n`,
      `clusters: []\nusers:\n- user:\n    username: ci\n    password: ${password(rng)}\n`,
    ],
    nearMisses: () => ['clusters: []\nusers:\n- user:\n    token: REDACTED\n    tokenFile: /var/run/secrets/token1\n'],
  },
];
