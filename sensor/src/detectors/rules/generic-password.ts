import { alphabets } from '../alphabets.ts';
import { textBefore } from '../assignment.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { isChosenPassword } from './chosen-password.ts';
import { isMalformed, type Owners } from './owners.ts';

/** A name for passwords, and what assigns it: in programs, settings, command lines, markup, URLs and sentences. */
const NAME = String.raw`(?<name>[A-Za-z0-9_.$-]{0,60}(?:pass(?:w(?:or)?d|phrase|wd|code|wort)?s?|pwd|secret|credential)[A-Za-z0-9_.-]{0,30})`;
const ASSIGNS = String.raw`["'\])]{0,3}(?:,?\s{1,16}["']?(?:value|default)["']?\s{0,4}[:=]\s{0,4}|>?</[\w-]{1,20}>\s{0,24}<[\w-]{1,20}>\s{0,24}|\s{0,8}(?:=>|:=|===?|[=:]|,|<-|\bis\b|\bas\b)\s{0,8}|>\s{0,4}|\s{1,4}|\(\s{0,4})`;
const VALUE = String.raw`(?:"(?<double>[^"\r\n]{4,128})"|'(?<single>[^'\r\n]{4,128})'|\x60(?<tick>[^\x60\r\n]{4,128})\x60|(?<plain>[^\s"'\x60,;<>(){}[\]&|]{4,128})(?=[\s,;<&"')}\]]|$))`;

/** What says it without a name: SQL, and the options of programs that log in. */
const OPTIONS = [
  String.raw`\bidentified\s{1,4}by\s{1,4}(?:password\s{1,4})?`,
  String.raw`\b(?:sshpass|mysql(?:dump|admin|import)?|mariadb|docker|podman|helm|nerdctl|skopeo|mongo(?:sh|dump|restore)?|ldapsearch)\b[^\n]{0,120}?\s-p ?`,
  String.raw`\bredis-cli\b[^\n]{0,80}?\s-a `,
  String.raw`\b(?:curl|wget|http)\b[^\n]{0,120}?\s--user[ =]["']?[\w.@-]{1,64}:`,
  String.raw`\bNetworkCredential\(\s{0,4}["'][^"'\n]{1,64}["'],\s{0,4}@?`,
  String.raw`\bgetConnection\(\s{0,4}["'][^"'\n]{1,160}["'],\s{0,4}["'][^"'\n]{1,64}["'],\s{0,4}`,
  String.raw`\b(?:mysqli?|pg|mssql|sqlsrv|oci|ftp|ssh2|imap)_?(?:connect|login|open|auth_password)\(\s{0,4}(?:["'$][^"',\n]{1,100}["']?,\s{0,4}){1,2}`,
].join('|');
const texts = [
  'pass',
  'Pass',
  'PASS',
  'secret',
  'Secret',
  'SECRET',
  'pwd',
  'PWD',
  'IDENTIFIED BY',
  'identified by',
  ' -p',
  'redis-cli',
  '--user',
  'kCredential(',
  'tConnection(',
  '_connect(',
];

function checkPassword({ groups, window, end }: Candidate, owners: Owners): Found | null {
  const { name = '', double, single, tick, plain } = groups;
  const value = double ?? single ?? tick ?? plain ?? '';
  if (!isChosenPassword(name, value, plain === undefined ? 'quoted' : 'plain')) return null;
  if (/^[0-9a-f]{32,128}$/i.test(value) && /hash|md5|sha|crypt/i.test(window.text.slice(Math.max(0, window.hit - 60), window.hit + 40)))
    return null;
  // `type="password" name="`: the next attribute.
  if (plain !== undefined && /^[\w-]+=$/.test(plain) && /["']/.test(window.text.charAt(end))) return null;
  const at = end - value.length - (plain === undefined ? 1 : 0);
  if (/secret|credential/i.test(name) && isMalformed(value, textBefore(window.text, at), owners)) return null;
  return { start: at, end: at + value.length };
}

const password = (rng: Rng): string => `v${rng.chars(alphabets.alnum, 8)}9K!`;

/** @param owners asked for with the first candidate. */
export const genericPassword = (owners: () => Owners): Rule => ({
  id: 'generic-password',
  name: 'Value that a name for passwords holds',
  facts: ['Generic/Password assignment'],
  optIn: true,
  anchors: { literals: ['password'], texts },
  pattern: new RegExp(`(?:${OPTIONS}|(?<![A-Za-z0-9])${NAME}${ASSIGNS})${VALUE}`, 'i'),
  around: [240, 240],
  confidence: 'likely',
  rank: -9,
  check: (candidate) => checkPassword(candidate, owners()),
  examples: (rng) => [
    `smtp_pass = "${password(rng)}"\n`,
    `<pwd>${password(rng)}</pwd>`,
    `client_secret: ${password(rng)}\n`,
    `CREATE USER 'shop'@'%' IDENTIFIED BY '${password(rng)}';\n`,
    `redis-cli -h cache-1 -a '${password(rng)}' ping\n`,
    `curl --user "ci:${password(rng)}" https://nexus.corp.io/\n`,
  ],
  nearMisses: () => [
    'password = get_password()\n',
    'const password = "your-password";',
    'password: string;\n',
    'Enter password: please\n',
    'mysql -u shop -p shop\n',
  ],
});
