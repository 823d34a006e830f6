import { password } from '../alphabets.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { isPlaceholderPassword } from './basic-auth.ts';

/** Words are what manuals have there; a password has two kinds of characters at least. */
function checkPassword({ secret }: Candidate): Found | null {
  if (isPlaceholderPassword(secret)) return null;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(secret)).length;
  return kinds >= 2 && /[0-9]/.test(secret) ? {} : null;
}

export const rules: readonly Rule[] = [
  {
    id: 'command-line-password',
    facts: ['Shell/Passwords on command lines in history/RUN'],
    name: 'Password on a command line',
    anchors: { literals: ['password'] },
    // Programs that build steps log in with; `-p VALUE` has no anchor that is rare enough.
    pattern:
      /\b(?:docker|podman|buildah|skopeo|helm|mysql|mysqldump|mysqladmin|wget|az|oc|twine|npm)\b[^\n]{0,200}? --(?:http-|ftp-)?password[ =]["']?(?<secret>[^\s"'$<>{}\\`]{6,128})/,
    follows: /^password[ =\\%]/,
    requires: '-password',
    around: [256, 160],
    confidence: 'likely',
    rank: -1,
    check: checkPassword,
    examples: (rng) => [
      `RUN docker login -u ci --password ${password(rng)} registry.corp.io\n`,
      `mysql --user=app --password=${password(rng)} main\n`,
    ],
    nearMisses: () => ['docker login --password-stdin\n', 'wget --password=password https://a\n', 'mysql --password="$DB_PASSWORD" main\n'],
  },
];
