import { alphabets, password } from '../alphabets.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { isPlaceholderPassword, isWordPassword } from './basic-auth.ts';
import { canonicalLogin } from './hosts.ts';

/** netrc(5): machine, login and password, in words that may stand on several lines. */
function checkNetrc({ groups, secret: written, start, end }: Candidate): Found | null {
  const user = unquoted(groups['login'] ?? '');
  const secret = unquoted(written);
  const host = groups['machine'] ?? '';
  if (isPlaceholderPassword(secret) || /example\.(?:com|org|net)$|^<|^\$/.test(host) || user === '' || secret.length < 6) return null;
  // A string of a program that writes or tests such files.
  if (/\\|[^ -~]|['"][),;]*$/.test(secret)) return null;
  const canonical = canonicalLogin(user, secret, host);
  const inside = secret === written ? {} : { start: start + 1, end: end - 1 };
  return isWordPassword(secret) ? { canonical, ...inside, confidence: 'possible' } : { canonical, ...inside };
}

/** A word in quotes may hold blanks, and has its quotes and backslashes escaped (curl's netrc parser; plain words know neither). */
function unquoted(word: string): string {
  return /^".+"$/.test(word) ? word.slice(1, -1).replaceAll(/\\(.)/g, '$1') : word;
}

/** crypt(5): the hash of a password, in shadow's second field. */
const crypt = String.raw`\$(?:1\$[./0-9A-Za-z]{1,8}\$[./0-9A-Za-z]{22}|2[abxy]\$\d\d\$[./0-9A-Za-z]{53}|[56]\$(?:rounds=\d{1,9}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{43,86}|y\$[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{1,86}\$[./0-9A-Za-z]{43})`;

export const rules: readonly Rule[] = [
  {
    id: 'netrc-password',
    facts: ['Netrc/machine login password'],
    name: 'Password in .netrc',
    anchors: { literals: ['password'] },
    pattern:
      /(?<![A-Za-z0-9_.-])machine\s{1,8}(?<machine>[A-Za-z0-9._:-]{1,255})\s{1,8}login\s{1,8}(?<login>[!-~]{1,128})\s{1,8}password\s{1,8}(?<secret>"(?:[^"\\\n]|\\.){1,256}"|[!-~]{1,256})/,
    follows: /^password\s/,
    requires: 'machine',
    around: [512, 320],
    confidence: 'likely',
    check: checkNetrc,
    examples: (rng) => [
      `machine git.corp.io\n  login ci\n  password ${password(rng)}\n`,
      `machine git.corp.io login ci password ${password(rng)}\n`,
      `machine git.corp.io login "ci" password "${password(rng)} and more"\n`,
    ],
    nearMisses: () => ['machine learning password managers', 'machine git.corp.io login ci password <password>\n'],
  },
  {
    id: 'shadow-hash',
    facts: ['Unix//etc/shadow hashes', 'htpasswd/.htpasswd'],
    name: 'Password hash in shadow',
    anchors: { literals: ['md5crypt', 'bcrypt', 'sha256crypt', 'sha512crypt', 'yescrypt'] },
    pattern: new RegExp(String.raw`(?:^|[\n"' ])[a-z_][a-z0-9_.-]{0,31}:(?<secret>${crypt})(?![./0-9A-Za-z$])`),
    around: [40, 256],
    confidence: 'possible',
    check: ({ window }) => (/(?:^|\/)etc\/(?:shadow|gshadow)-?$|\.htpasswd$/.test(window.path) ? { confidence: 'likely' } : {}),
    examples: (rng) => [
      `root:$6$${rng.chars(alphabets.alnum, 16)}$${rng.chars(alphabets.alnum, 86)}:19000:0:99999:7:::\n`,
      `app:$y$j9T$${rng.chars(alphabets.alnum, 22)}$${rng.chars(alphabets.alnum, 43)}:19000::::::\n`,
    ],
    nearMisses: () => ['root:*:19000:0:99999:7:::\n', 'root:$6$salt$short:1:\n'],
  },
];
