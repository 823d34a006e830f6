import { password } from '../alphabets.ts';
import { percentDecoded } from '../percent.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { isPlaceholderPassword, isWordPassword } from './basic-auth.ts';
import { canonicalLogin, isLocalHost, isSampleHost } from './hosts.ts';

/** RFC 3986, 3.2.1: user information; passwords are percent-encoded there, though many are not. */
const AUTHORITY = String.raw`(?<user>[^\s:/?#"'<>@\x60\\]{0,128}):(?<password>[^\s/?"'<>\x60\\@]{1,256}|[^\s/?"'<>\x60\\]{1,256})@(?<host>[A-Za-z0-9._%,:[\]-]{1,255})`;

/** Of `a:b@host`, as tests of URLs have it. */
const LETTERS_MAX = 3;
/** Shorter ones are letters in documentation more often than passwords. */
const PASSWORD_MIN = 5;
/** Documentation's users whose password is their name's like. */
const samplePairs =
  /^(?:user(?:name)?|me|you|joe|john|alice|bob|foo|scott|guest|admin|root):(?:pass.*|pw|tiger|guest|word|bar|foo|secret|secr.*t|admin|root|me|you|name|user|mypass.*|host|b?az)$/i;

/** The canonical secret of a URL is `user:password@host`. */
function checkUserInfo({ groups }: Candidate): Found | null {
  const user = groups['user'] ?? '';
  const raw = groups['password'] ?? '';
  const host = groups['host'] ?? '';
  const decoded = percentDecoded(raw);
  if (isPlaceholderPassword(raw) || isPlaceholderPassword(decoded) || samplePairs.test(`${user}:${decoded}`)) return null;
  // printf's and others' templates; a file name with a version; a bare port.
  if (
    /%[sdv]|^[#\d]{0,5}$|[<>{}|^]|^\[|\]$|\$[A-Za-z(]/.test(decoded) ||
    /[<>{}$%([]/.test(percentDecoded(user) + host.replace(/^\[[0-9A-Fa-f:.]+\]/, '')) ||
    user.toLowerCase() === decoded.toLowerCase()
  )
    return null;
  if (isSampleHost(host) || decoded.length < LETTERS_MAX) return null;
  const weak = decoded.length < PASSWORD_MIN || isLocalHost(host) || isWordPassword(decoded) || /[^ -~]/.test(decoded) || user === '';
  const found = { canonical: canonicalLogin(percentDecoded(user), decoded, host) };
  return weak ? { ...found, confidence: 'possible' } : found;
}

function urlRule(id: string, facts: readonly string[], name: string, scheme: string, schemes: string, extra: Partial<Rule> = {}): Rule {
  return {
    id,
    facts,
    name,
    anchors: { literals: ['url'] },
    pattern: new RegExp(String.raw`(?<![A-Za-z0-9])(?:${schemes}):\/\/(?<secret>${AUTHORITY})`, 'i'),
    around: [40, 800],
    confidence: 'likely',
    check: checkUserInfo,
    examples: (rng) => [`${scheme}://app:${password(rng)}@db-1.internal.corp:1234/main?x=1\n`],
    nearMisses: (rng) => [
      `${scheme}://db-1.internal.corp:1234/main`,
      `${scheme}://app@db-1.internal.corp/main`,
      `${scheme}://user:password@localhost/main`,
      `${scheme}://app:\${DB_PASSWORD}@db-1.internal.corp/main`,
      `${scheme}://app:${password(rng)}@db.example.com/main`,
    ],
    ...extra,
  };
}

export const rules: readonly Rule[] = [
  urlRule(
    'postgres-url',
    ['PostgreSQL/Connection URI'],
    'PostgreSQL URL with password',
    'postgres',
    String.raw`postgres(?:ql)?(?:\+[a-z0-9]{1,16})?`,
  ),
  urlRule(
    'mysql-url',
    ['MySQL/MariaDB/Connection URI'],
    'MySQL or MariaDB URL with password',
    'mysql',
    String.raw`mysqlx?(?:\+[a-z0-9]{1,16})?|mariadb(?:\+[a-z0-9]{1,16})?`,
  ),
  urlRule('mongodb-url', ['MongoDB/Connection URI'], 'MongoDB URL with password', 'mongodb', String.raw`mongodb(?:\+srv)?`),
  urlRule('redis-url', ['Redis/Connection URI'], 'Redis URL with password', 'redis', 'rediss?'),
  urlRule('amqp-url', ['RabbitMQ/AMQP/Connection URI'], 'AMQP URL with password', 'amqp', 'amqps?'),
  urlRule('smtp-url', ['SMTP/Credentials'], 'SMTP URL with password', 'smtp', 'smtps?'),
  urlRule('cloudinary-url', ['Cloudinary/URL'], 'Cloudinary URL with API secret', 'cloudinary', 'cloudinary'),
  urlRule(
    'git-url',
    ['git/.git-credentials / URL userinfo', 'pip/pip.conf / PIP_INDEX_URL with user:pass'],
    'Git or web URL with password',
    'https',
    String.raw`(?:git\+)?https?`,
    { rank: -1 },
  ),
  urlRule(
    'url-password',
    ['Generic/URL with userinfo', 'LDAP/Bind credentials'],
    'URL with password',
    'ftp',
    '(?:sftp|ftps?|ldaps?|ssh|sqlserver|mssql|oracle|clickhouse|nats|mqtts?|wss?|svn|imaps?|socks5)',
    { rank: -1 },
  ),
];
