import { password } from '../alphabets.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { isPlaceholderPassword } from './basic-auth.ts';
import { canonicalLogin, isDefaultPassword, isLocalHost, isSampleHost } from './hosts.ts';

/** ADO.NET and ODBC name the same things in several ways. */
const hostPart = /(?:server|data source|host|addr(?:ess)?|network address)\s?=\s?(?:tcp:)?([^;,"'\\]{1,200})/i;
const userPart = /(?:user id|user ?name|user|uid)\s?=\s?([^;"'\\]{1,128})/i;

function checkAdo({ secret, window, start }: Candidate): Found | null {
  const before = window.text.slice(0, start);
  const line = before.slice(Math.max(...['\n', '"', "'"].map((border) => before.lastIndexOf(border))) + 1);
  const rest = /^[^\n"']*/.exec(window.text.slice(start))?.[0] ?? '';
  const host = hostPart.exec(line + rest)?.[1] ?? '';
  const user = userPart.exec(line + rest)?.[1] ?? '';
  return checkParts(user, secret, host);
}

/** `r.password,`: a program, not a configuration. */
const memberExpression = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+[,)+;]|[({]/;

function checkParts(user: string, secret: string, host: string): Found | null {
  if (isPlaceholderPassword(secret) || isSampleHost(host) || /[<>{}%]/.test(secret + user + host) || secret.startsWith('$')) return null;
  if (memberExpression.test(secret)) return null;
  const canonical = canonicalLogin(user, secret, host);
  return isDefaultPassword(secret, host) || isLocalHost(host) || (user !== '' && secret.startsWith(user))
    ? { canonical, confidence: 'possible' }
    : { canonical };
}

export const rules: readonly Rule[] = [
  {
    id: 'sql-connection-string',
    facts: ['Azure/SQL connection string', 'SQL Server/Connection string'],
    name: 'SQL connection string with password',
    anchors: { literals: ['password', 'pwd'] },
    pattern:
      /(?:Server|Data Source|Host|Addr|Address|Network Address)\s?=[^;"'\n]{2,200};[^"'\n]{0,300}?(?:Password|Pwd)\s?=\s?(?<secret>[^;"'\s\\]{5,128})/i,
    follows: /^(?:password|pwd)(?:\s?=|[\\%])/i,
    around: [640, 200],
    confidence: 'likely',
    check: checkAdo,
    examples: (rng) => [
      `Server=tcp:corp.database.windows.net,1433;Database=main;User ID=app;Password=${password(rng)};Encrypt=True;`,
      `"Default": "Data Source=db-1;Initial Catalog=main;Uid=app;Pwd=${password(rng)}"`,
    ],
    nearMisses: () => ['Server=db-1;Database=main;User ID=app;Password=<password>;', 'Server=db-1;Database=main;Trusted_Connection=True;'],
  },
  {
    id: 'jdbc-url',
    facts: ['JDBC/ODBC/Connection string'],
    name: 'JDBC URL with password',
    anchors: { literals: ['password'] },
    pattern: /jdbc:[a-z0-9:]{2,40}\/\/(?<host>[^\s"'<>?;/]{1,200})[^\s"'<>]{0,300}?[?&;]password=(?<secret>[^&;\s"'<>\\]{5,128})/i,
    follows: /^password[=\\%]/i,
    around: [640, 200],
    confidence: 'likely',
    check: ({ secret, groups, window }) =>
      checkParts(/[?&;]user=([^&;\s"']{1,128})/i.exec(window.text)?.[1] ?? '', secret, groups['host'] ?? ''),
    examples: (rng) => [`jdbc:postgresql://db-1.corp.io:5432/main?user=app&password=${password(rng)}&ssl=true\n`],
    nearMisses: () => [
      'jdbc:postgresql://db-1.corp.io:5432/main?user=app&password=${DB_PASSWORD}\n',
      'jdbc:postgresql://db-1.corp.io/main\n',
    ],
  },
];
