import { password } from '../alphabets.ts';
import { isDocumented } from '../assignment.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { isChosenPassword } from './chosen-password.ts';
import { isPackagedDoc } from './packaged-docs.ts';
import { canonicalLogin, isDefaultPassword, isLocalHost, isSampleHost } from './hosts.ts';

/** Shorter ones are words of manuals and tests too often; so are those of fewer kinds of characters, but for a login's. */
const PASSWORD_MIN = 8;
const KINDS_MIN = 3;

/** A type, or a part of a structure: `Uint8Array`, `shi502_passwd`. */
const codeName = /^(?:(?:Uint|Int|Float|Big)[0-9a-z]{1,8}Array|[A-Za-z]{2,24}\d{0,4}(?:_[A-Za-z]+)+)$/;

/** How many kinds of characters a password has that somebody chose; 0 for what is none. */
function kindsOf(name: string, secret: string, form: 'quoted' | 'plain'): number {
  if (secret.length < PASSWORD_MIN || !isChosenPassword(name, secret, form) || !/[0-9]/.test(secret) || !/[A-Za-z]/.test(secret)) return 0;
  if (/[<>%]|[^ -~]|[Ss][Hh][Aa]-?\d|^[A-Z0-9]+$/.test(secret) || codeName.test(secret)) return 0;
  return [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(secret)).length;
}

/** What stands beside the password of a login: who logs in, and where. */
const login =
  /(?<![A-Za-z])(?:user(?:_?name)?|login|uid|host(?:name)?|server|database|db_?name|e?mail)["'\])]{0,3}\s{0,4}(?:=>|:=|[:=,(])\s{0,4}["']?[A-Za-z0-9][\w.@-]{1,80}["',;\s]/i;

/** A function that takes passwords apart, or tries them. */
const called = /(?<![A-Za-z])(?!set|with|use)[a-z]{2,12}_?passw(?:or)?d\(\s{0,4}["']$/i;

/** A value of a name for passwords: beside its user or host likely, alone possible if it is quoted. */
function checkLogin({ secret, start, end, groups, window }: Candidate): Found | null {
  const form = groups['quote'] === undefined ? 'plain' : 'quoted';
  const kinds = kindsOf(groups['name'] ?? '', secret, form);
  if (kinds === 0 || isDocumented(window.text, start)) return null;
  const line = window.text.slice(Math.max(0, start - 100), start);
  if (
    called.test(line) ||
    (groups['mid'] !== undefined &&
      line
        .slice(line.lastIndexOf('\n') + 1)
        .trimStart()
        .startsWith('#'))
  )
    return null;
  const near = `${window.text.slice(Math.max(0, start - 160), start)}…${window.text.slice(end, end + 160)}`;
  const possible: Found = { confidence: 'possible' };
  if (groups['mid'] !== undefined) return kinds >= KINDS_MIN ? possible : null;
  if (login.test(near)) return kinds < KINDS_MIN ? possible : {};
  if (form !== 'quoted') return null;
  return kinds < KINDS_MIN || isPackagedDoc(window.path) ? possible : {};
}

const checkStrong = ({ secret, groups }: Candidate): Found | null =>
  kindsOf(groups['name'] ?? '', secret, 'plain') >= KINDS_MIN ? {} : null;

/** libpq's keywords (PostgreSQL, 34.1.1), in any order. */
function checkDsn({ secret, window, start }: Candidate): Found | null {
  const line = window.text.slice(Math.max(0, start - 200), start + 200);
  const host = /\bhost(?:addr)?\s?=\s?'?([\w.-]{1,128})/.exec(line)?.[1] ?? '';
  const user = /\buser\s?=\s?'?([\w.@-]{1,64})/.exec(line)?.[1] ?? '';
  if (host === '' || user === '' || isSampleHost(host) || !isChosenPassword('password', secret, 'quoted') || secret.length < 6) return null;
  const canonical = canonicalLogin(user, secret, host);
  return isLocalHost(host) || isDefaultPassword(secret, host) || !/[0-9]/.test(secret)
    ? { canonical, confidence: 'possible' }
    : { canonical };
}

const anchors = { literals: ['password'] } as const;

/** Passwords that what stands around them shows to be a login's. */
export const rules: readonly Rule[] = [
  {
    id: 'login-password',
    name: 'Password beside its user or host',
    facts: ['Generic/Password assignment'],
    anchors,
    follows:
      /^passw(?:or)?d["'\])]{0,3}(?:\s{1,8}value=["'\\]{1,2}|\s{0,4}(?:(?:=>|:=|={1,3}|[:,(])\s{0,4}["'\\]{1,2}|[:=]\s{0,4})|\sis\s)[^\s"'<>{}$\\()[\];,`]{6}/i,
    pattern:
      /(?<![A-Za-z0-9])(?<name>[A-Za-z0-9_.$-]{0,40}passw(?:or)?d)(?:(?:["'\])]{0,3}\s{0,4}(?:=>|:=|={1,3}|[:,(])|"\s{1,8}value=)\s{0,4}(?:(?<quote>["'])(?=[^"'\s\\]{8,128}["'])|(?<=\n\s{0,24}[a-z_.-]{0,40}passw(?:or)?d\s{0,4}[:=]\s{0,4})(?=[^\s"'\\]{8,128}\s))|(?<mid>[:=] ?| is )(?=[^\s"'\\<>{}()[\]$,;&`]{8,64}(?:\s|$)))(?<secret>[^"'\s\\]{8,128})/i,
    lead: 41,
    around: [240, 360],
    confidence: 'likely',
    rank: -3,
    check: checkLogin,
    examples: (rng) => [
      `conn = connect(host="db-1.corp.io", user="shop", password="${password(rng)}")\n`,
      `{"username": "shop", "password": "${password(rng)}"}`,
    ],
    nearMisses: () => [
      'password = "get_password1A()"\n',
      '{"username": "shop", "password": "Passw0rd123"}',
      'login(user="shop", password="get_it_from_env")\n',
    ],
  },
  {
    id: 'sql-password',
    name: 'Password in a SQL statement that makes or changes a user',
    facts: ['SQL Server/Connection string', 'PostgreSQL/Connection URI'],
    anchors,
    follows: /^password\s{0,4}=?\s{0,4}N?['"\\]/i,
    pattern: /\b(?:create|alter)\s{1,8}(?:user|role|login)\b[^;\n]{0,200}?\bpassword\s{0,4}=?\s{0,4}N?'(?<secret>[^'\s]{6,128})'/i,
    lead: 240,
    around: [260, 160],
    confidence: 'likely',
    check: checkStrong,
    examples: (rng) => [
      `CREATE ROLE shop WITH LOGIN PASSWORD '${password(rng)}';\n`,
      `ALTER LOGIN shop WITH PASSWORD = '${password(rng)}';\n`,
    ],
    nearMisses: () => ["CREATE ROLE shop WITH PASSWORD 'changeme';\n", "CREATE USER shop PASSWORD '${DB_PASSWORD}';\n"],
  },
  {
    id: 'dsn-password',
    name: 'Password among the words of a PostgreSQL connection',
    facts: ['PostgreSQL/Connection URI'],
    anchors,
    follows: /^password\s?=\s?['"\\]{0,2}[^\s"'<>{}$\\()[\];,`%]{4}/,
    pattern: /(?<![\w.])password\s?=\s?'?(?<secret>[^\s"'<>{}[\]$\\();,`&]{6,128})(?=['"\s]|$)/,
    lead: 1,
    around: [220, 220],
    requires: /\bhost(?:addr)?\s?=/,
    confidence: 'likely',
    rank: -2,
    check: checkDsn,
    examples: (rng) => [`dsn = "host=db-1.corp.io port=5432 user=shop password=${password(rng)} dbname=shop"\n`],
    nearMisses: (rng) => ['host=db-1.corp.io user=shop password=secret dbname=shop\n', `user=shop password=${password(rng)}\n`],
  },
  {
    id: 'command-login-password',
    name: 'User and password as options of a command',
    facts: ['Shell/Passwords on command lines in history/RUN'],
    anchors,
    follows: /^password[ =]["'\\]{0,2}[^\s"'<>{}$\\()[\];,`]{6}/,
    pattern: /--user(?:name)?[ =]["']?[\w.@-]{1,64}["']?[^\n]{0,80}?\s--password[ =]["']?(?<secret>[^\s"'$<>{}\\`]{6,128})/,
    lead: 180,
    around: [220, 160],
    confidence: 'likely',
    rank: -2,
    check: checkStrong,
    examples: (rng) => [`backup --user shop --password '${password(rng)}' --verbose\n`],
    nearMisses: () => ['backup --user shop --password changeme\n', 'backup --user shop --password "$PASSWORD"\n'],
  },
  {
    id: 'command-short-password',
    name: 'Password as the option -p of a command',
    facts: ['Shell/Passwords on command lines in history/RUN'],
    anchors: { literals: ['dashU'] },
    pattern:
      /\b(?:mysql(?:dump|admin|import)?|mariadb|mongo(?:sh|dump|restore)?|(?:docker|podman|nerdctl|skopeo|buildah|registry) login)\b[^\n]{0,160}? -u ["']?[\w.@-]{1,64}["']?[^\n]{0,60}?\s-p ?["']?(?<secret>[^\s"'$<>{}\\`]{8,128})/,
    requires: / -p/,
    around: [200, 240],
    confidence: 'likely',
    rank: -2,
    check: checkStrong,
    examples: (rng) => [
      `mysql -h db-1 -u shop -p'${password(rng)}' shop < dump.sql\n`,
      `docker login -u ci-bot -p ${password(rng)} registry.corp.io\n`,
    ],
    nearMisses: () => ['mysql -u shop -p shop\n', 'docker run -u 1000 -p 8080:8080 app\n', 'docker login -u ci -p "$PASSWORD"\n'],
  },
];
