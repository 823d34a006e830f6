import { generateKeyPairSync } from 'node:crypto';
import { ALNUM, BASE64, HEX, LOWER } from './alphabets.ts';
import type { Rng } from './rng.ts';
import { atPath, generatorsOf, password, type SecretGenerator } from './sample.ts';

const token = (rng: Rng): string => `k7${rng.chars(ALNUM, 34)}4Q`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const file = generatorsOf(atPath);

const state = (content: object): string => JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 3, ...content }, null, 2);

/** Files that hold a secret at a place of their own, as the programs that read them say in their manuals. */
export const programFiles: readonly SecretGenerator[] = [
  file('terraform-variable', 'srv/infra/prod.tfvars', (secret) => `region = "eu-west-1"\npartner_api_token = "${secret}"\n`, token),
  file(
    'terraform-state-attribute',
    'srv/infra/terraform.tfstate',
    (secret) => state({ resources: [{ type: 'x', instances: [{ attributes: { primary_access_key: secret, name: 'main' } }] }] }),
    token,
  ),
  file('terraform-state-output', 'srv/infra/terraform.tfstate', (secret) =>
    state({ outputs: { admin: { value: secret, type: 'string', sensitive: true } } }),
  ),
  file(
    'kubernetes-secret',
    'srv/deploy/shop-secret.yaml',
    (secret) =>
      `apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ntype: Opaque\ndata:\n  user: ${base64('shop')}\n  signing-token: ${secret}\n`,
    (rng) => base64(token(rng)),
  ),
  file(
    'kubeconfig-credential',
    'root/.kube/config',
    (secret) =>
      `apiVersion: v1\nkind: Config\nclusters:\n- name: main\n  cluster:\n    server: https://k.corp.io\nusers:\n- name: ci\n  user:\n    token: ${secret}\n`,
    (rng) => `kubeconfig-u-${rng.chars(LOWER, 10)}:x7${rng.chars(ALNUM.toLowerCase(), 52)}`,
  ),
  file('mysql-option-file-password', 'root/.my.cnf', (secret) => `[client]\nuser = root\npassword = ${secret}\nhost = db\n`),
  file(
    'jenkins-initial-admin-password',
    'var/lib/jenkins/secrets/initialAdminPassword',
    (secret) => `${secret}\n`,
    (rng) => rng.chars(HEX, 32),
  ),
  file(
    'rails-master-key',
    'app/config/master.key',
    (secret) => secret,
    (rng) => rng.chars(HEX, 32),
  ),
  file('ansible-vault-password-file', 'etc/ansible/.vault_pass.txt', (secret) => `${secret}\n`),
  file(
    'vault-token-file',
    'root/.vault-token',
    (secret) => secret,
    (rng) => `s.${rng.chars(ALNUM, 24)}`,
  ),
  file(
    'htpasswd-hash',
    'etc/apache2/.htpasswd',
    (secret) => `admin:${secret}\n`,
    (rng) => `{SHA}${rng.bytes(20).toString('base64')}`,
  ),
  file(
    'wordpress-salt',
    'var/www/html/wp-config.php',
    (secret) => `<?php\ndefine( 'DB_NAME', 'wp' );\ndefine( 'LOGGED_IN_KEY',   '${secret}' );\n`,
    (rng) => `aB1${rng.chars(`${ALNUM}!@#$%^&*()-_ []{}<>~+=,.;:/?|`, 60)}z`,
  ),
  file('ldap-bind-password', 'etc/nslcd.conf', (secret) => `uri ldap://ldap.corp.io/\nbinddn cn=reader,dc=corp,dc=io\nbindpw ${secret}\n`),
  file('ldap-secret-file', 'etc/pam_ldap/ldap.secret', (secret) => `${secret}\n`),
  file(
    'redis-configuration-password',
    'etc/redis/redis.conf',
    (secret) => `bind 0.0.0.0\nrequirepass ${secret}\n`,
    (rng) => `r1${rng.chars(BASE64, 30)}`,
  ),
  file(
    'spring-configuration-secret',
    'app/application-prod.yml',
    (secret) => `spring:\n  rabbitmq:\n    username: app\n    password: ${secret}\nserver:\n  port: 8080\n`,
  ),
  {
    detector: 'pgpass-password',
    make: (rng) => {
      const secret = password(rng);
      return atPath('root/.pgpass', `db-1.corp.io:5432:main:app:${secret}\n`, secret);
    },
  },
  {
    detector: 'ssh-host-key',
    make: () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const secret = privateKey.export({ type: 'sec1', format: 'pem' }).toString().trimEnd();
      return atPath('etc/ssh/ssh_host_ecdsa_key', `${secret}\n`, secret);
    },
  },
];
