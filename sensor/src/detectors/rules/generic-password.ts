import { alphabets } from '../alphabets.ts';
import { textBefore } from '../assignment.ts';
import { looksIssued } from '../issued.ts';
import type { Candidate, Found, Rng, Rule } from '../rule.ts';
import { isPlaceholderPassword } from './basic-auth.ts';
import { isMalformed, type Owners } from './owners.ts';

/** A name for passwords, and what assigns it: in programs, settings, command lines, markup, URLs and sentences. */
const NAME = String.raw`(?<name>[A-Za-z0-9_.$-]{0,60}(?:pass(?:w(?:or)?d|phrase|wd|code|wort)?s?|pwd|secret|credential)[A-Za-z0-9_.-]{0,30})`;
const ASSIGNS = String.raw`["'\])]{0,3}(?:,?\s{1,16}["']?(?:value|default)["']?\s{0,4}[:=]\s{0,4}|>?</[\w-]{1,20}>\s{0,24}<[\w-]{1,20}>\s{0,24}|\s{0,8}(?:=>|:=|===?|[=:]|,|<-|\bis\b|\bas\b)\s{0,8}|>\s{0,4}|\s{1,4}|\(\s{0,4})`;
const VALUE = String.raw`(?:"(?<double>[^"\r\n]{4,128})"|'(?<single>[^'\r\n]{4,128})'|\x60(?<tick>[^\x60\r\n]{4,128})\x60|(?<plain>[^\s"'\x60,;<>(){}[\]&|]{4,128})(?=[\s,;<&"')}\]]|$))`;

/** Names of what is said of a password, and names that end in what is none. */
const notPassword =
  /passed|passes|passing|bypass|compass|passenger|passport|passive|encompass|(?:_|-|\.|[a-z](?=[A-Z]))?(?:hash|hashed|field|label|input|file|path|policy|length|min|max|reset|confirm(?:ation)?|hint|prompt|type|encoder|expired?|expiry|strength|regex|pattern|rules?|error|message|msg|text|url|title|placeholder|id|name|key|ref|count|manager|provider|store|version|arn|required|changed|at)s?$/i;
/** Values that a program computes, asks for or declares. */
const computed =
  /^(?:\$|%|#\{|@|&|\*|<|\{|\[|\(|\\|process\.|os\.|env\b|ENV\b|System\.|self\.|this\.|req(?:uest)?\.|config\.|settings\.|options?\.|args?\.|params?\.|props?\.|data\.|user\.|input\b|get|read|new\b|await\b|function|lambda|def\b|return\b|vault:|secretref|op:\/\/|arn:|ref\+|ENC\[|ENC\(|\{cipher\}|!)|\(\)?$|[a-z]\w*\([^)]*\)$|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const typeNames =
  /^(?:str|string|text|bytes|char|varchar.*|int|integer|number|bool(?:ean)?|true|false|null|none|nil|undefined|void|any|object|optional|required|required.*|type|value|default|enabled|disabled|yes|no|on|off|and|or|not|if|else|for|from|with|the|your|this|that|is|are|was|must|should|will|can|cannot|has|have|incorrect|invalid|wrong|missing|unknown|empty|hidden|encrypted|hashed|sensitive|masked|removed|omitted|unset|test.?only|basic|plain|bearer|login|username|user|email|admin|root)$/i;
const says =
  /pass(?:w(?:or)?d|phrase|wd|code)|secret|credential|token|(?<![a-z])(?:enter|please|invalid|wrong|must|should|your|forgot|reset|change|confirm|new|old|current|repeat|the|is|not|and|for|with)(?![a-z])/i;

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

/** Words of a program put together: no one's password is that long without a digit. */
const identifier = /^(?=.{16})(?:[A-Z]?[a-z]{2,}){3,}$/;

function checkPassword({ groups, window, end }: Candidate, owners: Owners): Found | null {
  const { name = '', double, single, tick, plain } = groups;
  const value = double ?? single ?? tick ?? plain ?? '';
  if (notPassword.test(name) || computed.test(value) || typeNames.test(value) || isPlaceholderPassword(value) || says.test(value))
    return null;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9\s_.:/-]/].filter((kind) => kind.test(value)).length;
  // Without quotes it may be a name or a word of a sentence: only a digit or a sign among letters makes it a password.
  if (plain !== undefined && (kinds < 2 || !/[0-9]|[^A-Za-z0-9_.:/-]/.test(value) || /^[\d.,:/-]+$/.test(value)) && !looksIssued(value))
    return null;
  if (/\s.*\s/.test(value) || /^(?:https?:|\.{0,2}\/|[\w.-]+\/[\w.-]+\/)/.test(value) || (kinds < 2 && /[\s_.:/-]/.test(value)))
    return null;
  if (/^[0-9a-f]{32,128}$/i.test(value) && /hash|md5|sha|crypt/i.test(window.text.slice(Math.max(0, window.hit - 60), window.hit + 40)))
    return null;
  if (/^\$(?:2[abxy]?|[156y]|argon2\w*|apr1)\$/.test(value) || identifier.test(value)) return null;
  // `type="password" name="`: the next attribute.
  if (plain !== undefined && /^[\w-]+=$/.test(plain) && /["']/.test(window.text.charAt(end))) return null;
  const at = end - value.length - (plain === undefined ? 1 : 0);
  if (/secret|credential/i.test(name) && isMalformed(value, textBefore(window.text, at), owners)) return null;
  return { start: at, end: at + value.length };
}

const password = (rng: Rng): string => `v${rng.chars(alphabets.alnum, 8)}9K!`;

export const genericPassword = (owners: Owners): Rule => ({
  id: 'generic-password',
  name: 'Value that a name for passwords holds',
  facts: ['Generic/Password assignment'],
  optIn: true,
  anchors: { literals: ['password'], texts },
  pattern: new RegExp(`(?:${OPTIONS}|(?<![A-Za-z0-9])${NAME}${ASSIGNS})${VALUE}`, 'i'),
  around: [240, 240],
  confidence: 'likely',
  rank: -9,
  check: (candidate) => checkPassword(candidate, owners),
  examples: (rng) => [
    `passwd = "${password(rng)}"\n`,
    `<pwd>${password(rng)}</pwd>`,
    `client_secret: ${password(rng)}\n`,
    `CREATE USER 'shop'@'%' IDENTIFIED BY '${password(rng)}';\n`,
    `mysql -h db-1 -u shop -p'${password(rng)}' shop\n`,
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
