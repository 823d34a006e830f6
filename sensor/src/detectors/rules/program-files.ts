import { alphabets, password } from '../alphabets.ts';
import type { Candidate, Found, Rule } from '../rule.ts';
import { isPlaceholderPassword } from './basic-auth.ts';
import { isValueOf, kindOfName } from './by-name.ts';
import { canonicalLogin, isSampleHost } from './hosts.ts';

const around = [0, 16 * 1024] as const;

const byName = ({ groups, secret }: Candidate): Found | null => (isValueOf(kindOfName(groups['name'] ?? ''), secret) ? {} : null);
const isPassword = ({ secret }: Candidate): Found | null => (isPlaceholderPassword(secret) ? null : {});
const isStrong = ({ secret }: Candidate): Found | null => (isValueOf('password', secret) ? {} : null);

/** A line of its own: `host:port:database:user:password`, a colon in it after a backslash (PostgreSQL, "The Password File"). */
function checkPgpass({ secret, groups: { host = '', user = '' } }: Candidate): Found | null {
  if (isPlaceholderPassword(secret) || isSampleHost(host)) return null;
  return { canonical: canonicalLogin(user, secret.replaceAll(/\\([:\\])/g, '$1'), host) };
}

/** MySQL's option files have groups; a file of another name counts when it has one of MySQL's programs. */
function checkMysql(candidate: Candidate): Found | null {
  const { window, start } = candidate;
  const group = /\[([\w-]+)\][^[]*$/.exec(window.text.slice(0, start))?.[1];
  if (group === undefined || !/^(?:client|mysql|mariadb|mysqld)/.test(group)) return null;
  return isPassword(candidate);
}

/** Salts of WordPress's own service are 64 printable characters. */
const isSalt = (text: string): boolean => [/[0-9]/, /[A-Z]/, /[a-z]/].every((kind) => kind.test(text));
const saltChars = `${alphabets.alnum}!@#$%^&*()-_ []{}<>~+=,.;:/?|`;

const apacheHash = String.raw`\$apr1\$[./0-9A-Za-z]{1,8}\$[./0-9A-Za-z]{22}|\{SHA\}[A-Za-z0-9+/]{27}=|\{SSHA\}[A-Za-z0-9+/]{32,48}={0,2}|\$2[abxy]\$\d\d\$[./0-9A-Za-z]{53}|\$[56]\$(?:rounds=\d{1,9}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{43,86}|[./0-9A-Za-z]{13}`;

/** Files of much used programs that hold secrets by their place alone. */
export const rules: readonly Rule[] = [
  {
    id: 'mysql-option-file-password',
    facts: ['MySQL/MariaDB/Connection URI'],
    name: 'Password in a MySQL option file',
    anchors: { files: /(?:^|\/)(?:\.my|my|\.mylogin|debian|client|mysqld?|root)\.cnf$/ },
    pattern: /(?<=\n)[ \t]{0,8}(?:loose-)?password[ \t]{0,8}=[ \t]{0,8}["']?(?<secret>[^\s"']{4,128})["']?(?=\s|$)/,
    around,
    confidence: 'likely',
    check: checkMysql,
    examplePath: 'root/.my.cnf',
    examples: (rng) => [`[client]\nuser=root\npassword=${password(rng)}\n`, `[mysqldump]\nuser = app\npassword = "${password(rng)}"\n`],
    nearMisses: (rng) => ['[client]\npassword=your_password\n', `[mysqld]\n#password=${password(rng)}\n`],
  },
  {
    id: 'pgpass-password',
    facts: ['PostgreSQL/Connection URI'],
    name: 'Password in a PostgreSQL password file',
    anchors: { files: /(?:^|\/)(?:\.?pgpass|pgpass\.conf)$/ },
    pattern:
      /(?<=^|\n)(?<host>[^\s:#]{1,255}):(?:\d{1,5}|\*):[^\s:]{1,64}:(?<user>[^\s:]{1,64}):(?<secret>(?:[^\\:\r\n]|\\.){1,256})(?=\r?(?:\n|$))/,
    around,
    confidence: 'likely',
    check: checkPgpass,
    examplePath: 'root/.pgpass',
    examples: (rng) => [`db-1.corp.io:5432:main:app:${password(rng)}\n`, `# all\n*:*:*:app:${password(rng)}\\:x\n`],
    nearMisses: () => ['#hostname:port:database:username:password\n', 'db-1.corp.io:5432:main:app:password\n'],
  },
  {
    id: 'jenkins-initial-admin-password',
    facts: ['Jenkins/API token / initial admin password'],
    name: 'Initial administrator password of Jenkins',
    anchors: { files: /(?:^|\/)secrets\/initialAdminPassword$/ },
    pattern: /^(?<secret>[0-9a-f]{32})(?=\s|$)/,
    around: [0, 64],
    confidence: 'likely',
    examplePath: 'var/jenkins_home/secrets/initialAdminPassword',
    examples: (rng) => [`${rng.chars(alphabets.hex, 32)}\n`],
    nearMisses: (rng) => [`${rng.chars(alphabets.hex, 30)}\n`],
  },
  {
    id: 'rails-master-key',
    facts: ['Django/Flask/Rails/Symfony/SECRET_KEY / secret_key_base / master.key / APP_SECRET'],
    name: 'Rails master key',
    anchors: { files: /(?:^|\/)config\/(?:master|credentials\/[\w-]{1,40})\.key$/ },
    pattern: /^(?<secret>[0-9a-f]{32})(?=\s|$)/,
    around: [0, 64],
    confidence: 'likely',
    examplePath: 'app/config/master.key',
    examples: (rng) => [rng.chars(alphabets.hex, 32)],
    nearMisses: (rng) => [rng.chars(alphabets.hex, 40)],
  },
  {
    id: 'ansible-vault-password-file',
    facts: ['Ansible/Vault password / vault file'],
    name: 'Password of an Ansible vault',
    anchors: { files: /(?:^|\/)\.?(?:ansible[-_.]?)?vault[-_.]?(?:pass(?:word)?|key)(?:[-_.]?file)?(?:\.txt)?$/i },
    pattern: /^(?<secret>[^\s#$][^\r\n]{5,256})(?=\r?\n?$)/,
    around: [0, 320],
    confidence: 'likely',
    check: isStrong,
    examplePath: 'etc/ansible/.vault_pass',
    examples: (rng) => [`${password(rng)}\n`],
    nearMisses: () => ['#!/bin/sh\nexec pass show vault1\n', 'changeme\n'],
  },
  {
    id: 'vault-token-file',
    facts: ['HashiCorp Vault/Service / batch / recovery token'],
    name: 'Token of HashiCorp Vault (old form)',
    anchors: { files: /(?:^|\/)\.vault-token$/ },
    pattern: /^(?<secret>[sbr]\.[A-Za-z0-9]{24}(?:\.[A-Za-z0-9]{5})?)(?=\s|$)/,
    around: [0, 64],
    confidence: 'likely',
    examplePath: 'root/.vault-token',
    examples: (rng) => [`s.${rng.chars(alphabets.alnum, 24)}`],
    nearMisses: (rng) => [`s.${rng.chars(alphabets.alnum, 20)}`],
  },
  {
    id: 'htpasswd-hash',
    facts: ['htpasswd/.htpasswd'],
    name: 'Password hash of a web server',
    anchors: { files: /(?:^|\/)\.?[^/]{0,40}htpasswd[^/]{0,20}$/ },
    pattern: new RegExp(String.raw`(?<=^|\n)[^\s:#]{1,128}:(?<secret>${apacheHash})(?=\s|:|$)`),
    around,
    confidence: 'likely',
    rank: 1,
    examplePath: 'etc/nginx/.htpasswd',
    examples: (rng) => [
      `ci:$apr1$${rng.chars(alphabets.alnum, 8)}$${rng.chars(alphabets.alnum, 22)}\n`,
      `ci:{SHA}${rng.chars(alphabets.base64, 27)}=\n`,
      `ci:$2y$05$${rng.chars(alphabets.alnum, 53)}\n`,
    ],
    nearMisses: () => ['ci:plain\n', '# user:password\n'],
  },
  {
    id: 'wordpress-salt',
    facts: ['WordPress/wp-config.php DB_PASSWORD / salts'],
    name: 'Key or salt of WordPress',
    anchors: { files: /(?:^|\/)wp-(?:config|salts?|secrets?)[^/]{0,40}\.php$/, prefixes: ['SECURE_AUTH_SALT'] },
    anywhere: true,
    pattern:
      /(?:SECURE_AUTH|AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)["']\s{0,4},\s{0,16}["'](?<secret>[\x20-\x26\x28-\x7e]{40,128})["']\s{0,4}\)/,
    around: [16, 12 * 1024],
    confidence: 'likely',
    // Of 92 kinds of characters, `%s` and the like stand in every tenth.
    check: ({ secret }) => (isSalt(secret) && !/unique phrase|random/i.test(secret) ? { proven: true } : null),
    examplePath: 'var/www/html/wp-config.php',
    examples: (rng) => [
      `define( 'AUTH_KEY',         'aB1${rng.chars(saltChars, 61)}' );\n`,
      `define('NONCE_SALT', 'aB1${rng.chars(saltChars, 61)}');\n`,
      `define('SECURE_AUTH_SALT', 'aB1${rng.chars(saltChars, 61)}');\n`,
    ],
    nearMisses: () => ["define( 'AUTH_KEY', 'put your unique phrase here' );\n", "define('AUTH_KEY', getenv('AUTH_KEY'));\n"],
  },
  {
    id: 'ldap-bind-password',
    facts: ['LDAP/Bind credentials'],
    name: 'Bind password of a directory client',
    anchors: {
      files:
        /(?:^|\/)(?:[^/]{0,20}ldap[^/]{0,40}\.(?:conf|ya?ml|ini|toml|cfg)|nslcd\.conf|sssd\.conf|slapd\.conf|\.ldaprc|dex[^/]{0,20}\.ya?ml)$/i,
      prefixes: ['ldap_default_authtok'],
    },
    anywhere: true,
    pattern:
      /(?<=^|[\n\s"'{,])(?:bindpw|bind_?pw|rootpw|rootbindpw|rootpwmod_?pw|bind_?password|ldap_default_authtok|olcRootPW)["']?(?:[ \t]{1,8}|[ \t]{0,8}[=:][ \t]{0,8})["']?(?<secret>[^\s"'#{$][^\s"']{4,127})/i,
    around: [64, 16 * 1024],
    confidence: 'likely',
    check: isPassword,
    examplePath: 'etc/nslcd.conf',
    examples: (rng) => [
      `uri ldap://ldap.corp.io/\nbinddn cn=reader,dc=corp,dc=io\nbindpw ${password(rng)}\n`,
      `[domain/corp]\nldap_default_bind_dn = cn=sssd\nldap_default_authtok = ${password(rng)}\n`,
    ],
    nearMisses: () => ['bindpw secret\n', 'binddn cn=reader9,dc=corp\n', 'rootpw {SSHA}\n'],
  },
  {
    id: 'ldap-secret-file',
    facts: ['LDAP/Bind credentials'],
    name: 'Password file of a directory client',
    anchors: { files: /(?:^|\/)etc\/(?:[\w.-]{1,40}\/)?(?:pam_|libnss-|ldap\/)?ldap\.secret$/ },
    pattern: /^(?<secret>[^\s#][^\r\n]{3,256})(?=\r?\n?$)/,
    around: [0, 320],
    confidence: 'likely',
    check: isPassword,
    examplePath: 'etc/ldap.secret',
    examples: (rng) => [`${password(rng)}\n`],
    nearMisses: () => ['secret\n', 'password\n'],
  },
  {
    id: 'redis-configuration-password',
    facts: ['Redis/Connection URI'],
    name: 'Password in a Redis configuration',
    anchors: { files: /(?:^|\/)[^/]{0,40}(?:redis|sentinel|valkey)[^/]{0,40}\.conf$/ },
    pattern: /(?<=^|\n)(?:requirepass|masterauth|sentinel auth-pass [\w.-]{1,64})[ \t]{1,8}["']?(?<secret>[^\s"']{4,512})/,
    around: [0, 28 * 1024],
    confidence: 'likely',
    check: ({ secret }) => (isPlaceholderPassword(secret) || /^(?:foobared|<.*>|mypassword)$/.test(secret) ? null : {}),
    examplePath: 'etc/redis/redis.conf',
    examples: (rng) => [`port 6379\nrequirepass ${password(rng)}\n`],
    nearMisses: (rng) => ['# requirepass foobared\nrequirepass foobared\n', `# masterauth ${password(rng)}\n`],
  },
  {
    id: 'spring-configuration-secret',
    facts: ['Spring Boot/application.properties/yml credentials'],
    name: 'Secret in a Spring configuration',
    anchors: { files: /(?:^|\/)(?:application|bootstrap)(?:-[\w-]{1,40})?\.(?:ya?ml|properties)$/ },
    pattern:
      /(?<=^|\n)[ \t]{0,32}(?:[A-Za-z0-9_-]{1,60}\.){0,8}(?<name>[A-Za-z][A-Za-z0-9_-]{1,60})[ \t]{0,4}[=:][ \t]{0,4}["']?(?<secret>[^\s"'#{$][^\s"']{5,511})["']?[ \t]{0,8}(?=\r?\n|$)/,
    around: [0, 28 * 1024],
    confidence: 'likely',
    rank: -2,
    check: byName,
    examplePath: 'app/src/main/resources/application-prod.yml',
    examples: (rng) => [
      `spring:\n  datasource:\n    url: jdbc:postgresql://db-1/main\n    username: app\n    password: ${password(rng)}\n`,
      `spring.mail.password=${password(rng)}\n`,
      `jwt:\n  secret: k7${rng.chars(alphabets.alnum, 40)}4Q\n`,
    ],
    nearMisses: () => [
      'spring:\n  datasource:\n    password: ${DB_PASSWORD}\n',
      'spring.datasource.password=ENC(aB3dE6fG9hJ2kL5m)\n',
      'spring.datasource.password=changeme\n',
    ],
  },
];
