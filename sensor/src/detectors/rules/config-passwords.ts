import { password } from '../alphabets.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { isPlaceholderPassword } from './basic-auth.ts';

const PASSWORD_MIN = 8;

/** Letters and digits, and a capital or a sign: words and names of variables are not. */
function looksChosen(secret: string): boolean {
  if (secret.length < PASSWORD_MIN || isPlaceholderPassword(secret) || /^(?:true|false|null|none)$/i.test(secret)) return false;
  return /[0-9]/.test(secret) && /[A-Za-z]/.test(secret) && (/[A-Z]/.test(secret) || /[^A-Za-z0-9_.]/.test(secret));
}

/** Small letters and a number may be a name's. */
function checkChosen({ secret }: Candidate): Found | null {
  if (looksChosen(secret)) return {};
  return /^[a-z]+[0-9]{2,}$/.test(secret) && secret.length >= PASSWORD_MIN && !isPlaceholderPassword(secret)
    ? { confidence: 'possible' }
    : null;
}

/** A state file says of each resource what it is; a variable file is known by its name. */
function checkTerraform(candidate: Candidate): Found | null {
  const { text } = candidate.window;
  return /"(?:schema_version|sensitive_attributes|terraform_version|index_schema_version)"/.test(text) ? checkChosen(candidate) : null;
}

function checkServer(candidate: Candidate): Found | null {
  const { text, path } = candidate.window;
  return /<server>|<\/server>/.test(text) || /(?:^|\/)settings\.xml$/.test(path) ? checkChosen(candidate) : null;
}

/** Kubernetes, Secret: every value of `data` is base64. */
function checkSecretManifest({ secret, window }: Candidate): Found | null {
  if (!/(?:^|[\s{,])"?kind"?:\s{0,4}"?Secret\b/.test(window.text)) return null;
  const canonical = Buffer.from(secret, 'base64');
  const text = canonical.toString('latin1').trimEnd();
  return /^[\x20-\x7e]{6,}$/.test(text) && !isPlaceholderPassword(text) ? { canonical: Buffer.from(text, 'latin1'), proven: true } : null;
}

/** What follows the name up to the value's beginning, which is a text and no call or template. Most texts that say `password` end here. */
const assigned = (name: string): RegExp => new RegExp(String.raw`^${name}["'\\]{0,2}[^\s"'<>{}$\\()[\];,\x60]{6}`);
const anchors = { literals: ['password'] } as const;
const VALUE = String.raw`[^\s"'<>{}$\\()\[\];,\x60]{8,128}`;

export const rules: readonly Rule[] = [
  {
    id: 'environment-password',
    name: 'Password in an environment variable',
    facts: ['.env/dotenv file with secret-like keys', 'SMTP/Credentials', 'SQL Server/Connection string'],
    anchors,
    follows: assigned(String.raw`PASSWORD["'\\]{0,2}(?:=|: |[ \t]{1,4})`),
    pattern: new RegExp(
      String.raw`(?<![A-Za-z0-9_$.-])[A-Z][A-Z0-9_]{0,60}_?PASSWORD["']?(?:=|: |[ \t]{1,4})["']?(?<secret>${VALUE})(?=["']?(?:\s|$))`,
    ),
    lead: 62,
    around: [80, 160],
    confidence: 'likely',
    rank: -3,
    check: checkChosen,
    examples: (rng) => [
      `DB_PASSWORD=${password(rng)}\n`,
      `ENV SMTP_PASSWORD="${password(rng)}"\n`,
      `  MYSQL_ROOT_PASSWORD: ${password(rng)}\n`,
    ],
    nearMisses: () => [
      'DB_PASSWORD=changeme\n',
      'DB_PASSWORD=${SECRET}\n',
      'DB_PASSWORD=password123\n',
      'const DB_PASSWORD = readSecret1(x)\n',
    ],
  },
  {
    id: 'properties-password',
    name: 'Password in a properties file',
    facts: ['Spring Boot/application.properties/yml credentials', 'Gradle/Credentials block', 'MySQL/MariaDB/Connection URI'],
    anchors,
    follows: assigned(String.raw`[pP]assword[ \t]{0,4}\\{0,2}[=:][ \t]{0,4}`),
    pattern: new RegExp(
      String.raw`(?<=^|\n)[a-z][A-Za-z0-9-]{0,40}(?:\.[A-Za-z0-9-]{1,40}){0,6}[.A-Za-z-]?[pP]assword[ \t]{0,4}[=:][ \t]{0,4}(?<secret>${VALUE})(?=\r?(?:\n|$))`,
    ),
    around: [320, 160],
    confidence: 'likely',
    rank: -3,
    check: checkChosen,
    examples: (rng) => [`spring.datasource.password=${password(rng)}\n`, `nexusPassword=${password(rng)}\n`],
    nearMisses: () => [
      'error.password=Wrong password, try again 3x\n',
      'spring.datasource.password=${DB_PASSWORD}\n',
      'spring.password=ENC(aB3dE6)\n',
    ],
  },
  {
    id: 'gradle-credentials-password',
    name: 'Password in a Gradle credentials block',
    facts: ['Gradle/Credentials block'],
    anchors,
    follows: assigned(String.raw`password\s{0,4}\\{0,2}[=( ]\s{0,4}`),
    requires: 'credentials',
    pattern: /credentials\s{0,4}\{[^{}]{0,240}?password\s{0,4}[=( ]\s{0,4}["'](?<secret>[^"'\s$]{8,128})["']/,
    around: [320, 160],
    confidence: 'likely',
    check: checkChosen,
    examples: (rng) => [`maven { credentials {\n  username = 'ci'\n  password = '${password(rng)}'\n} }\n`],
    nearMisses: () => ["credentials { username = 'ci'; password = 'changeme' }", 'credentials { password = findProperty("p1A") }'],
  },
  {
    id: 'maven-server-password',
    name: 'Password of a server in Maven settings',
    facts: ['Maven/settings.xml server password / master'],
    anchors,
    follows: /^password\\{0,4}>[^<>{}$\s]{8}/,
    pattern: /<password>(?<secret>[^<>{}$\s]{8,128})<\/password>/,
    lead: 1,
    around: [512, 256],
    confidence: 'likely',
    check: checkServer,
    examples: (rng) => [`<server>\n<id>corp</id>\n<username>ci</username>\n<password>${password(rng)}</password>\n</server>\n`],
    nearMisses: (rng) => ['<server><password>${env.PASS}</password></server>', `<user><password>${password(rng)}</password></user>`],
  },
  {
    id: 'nuget-password',
    name: 'Clear text password in NuGet.Config',
    facts: ['NuGet/Config ClearTextPassword'],
    anchors,
    follows: /^password"\s{1,8}value=/i,
    pattern: /key="ClearTextPassword"\s{1,8}value="(?<secret>[^"%\s]{6,1000})"/i,
    lead: 14,
    around: [64, 1100],
    confidence: 'likely',
    check: ({ secret }) => (isPlaceholderPassword(secret) ? null : {}),
    examples: (rng) => [`<add key="ClearTextPassword" value="${password(rng)}" />`],
    nearMisses: () => ['<add key="ClearTextPassword" value="%NUGET_TOKEN%" />', '<add key="Username" value="v3ryL0ngName" />'],
  },
  {
    id: 'wordpress-database-password',
    name: 'Database password in wp-config.php',
    facts: ['WordPress/wp-config.php DB_PASSWORD / salts'],
    anchors,
    follows: /^PASSWORD["'\\]{1,2}\s{0,4},/,
    pattern: /define\(\s{0,4}["']DB_PASSWORD["']\s{0,4},\s{0,4}["'](?<secret>[^"'\s]{6,128})["']/,
    lead: 15,
    around: [40, 200],
    confidence: 'likely',
    check: ({ secret }) => (isPlaceholderPassword(secret) || /^(?:password_here|database_password)/.test(secret) ? null : {}),
    examples: (rng) => [`define( 'DB_PASSWORD', '${password(rng)}' );`],
    nearMisses: () => ["define( 'DB_PASSWORD', 'password_here' );", "define('DB_PASSWORD', getenv('P'));"],
  },
  {
    id: 'terraform-state-password',
    name: 'Password in a Terraform state',
    facts: ['Terraform/State / tfvars secrets'],
    anchors,
    follows: /^password["\\]{1,4}\s{0,4}:/,
    pattern: /"[a-z_]{0,40}password"\s{0,4}:\s{0,4}"(?<secret>[^"\\\s]{8,128})"/,
    lead: 41,
    around: [2048, 2048],
    confidence: 'likely',
    check: checkTerraform,
    examples: (rng) => [`{"instances": [{"schema_version": 2, "attributes": {"name": "db", "password": "${password(rng)}"}}]}`],
    nearMisses: (rng) => [`{"attributes": {"password": "${password(rng)}"}}`],
  },
  {
    id: 'kubernetes-secret-password',
    name: 'Password in a Kubernetes Secret manifest',
    facts: ['Kubernetes/Secret manifest (data/stringData)'],
    anchors,
    follows: /^password"?:\s{0,4}"?[A-Za-z0-9+/]{8}/i,
    pattern: /"?[\w.-]{0,40}password"?:\s{0,4}"?(?<secret>[A-Za-z0-9+/]{8,512}={0,2})"?(?=[\s,}]|$)/i,
    lead: 41,
    requires: 'Secret',
    around: [2048, 1024],
    confidence: 'likely',
    check: checkSecretManifest,
    examples: (rng) => [`apiVersion: v1\nkind: Secret\ndata:\n  db-password: ${Buffer.from(password(rng)).toString('base64')}\n`],
    nearMisses: (rng) => [`kind: ConfigMap\ndata:\n  db-password: ${Buffer.from(password(rng)).toString('base64')}\n`],
  },
];
