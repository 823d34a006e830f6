import { ALNUM, BASE32, BASE64, DIGITS, HEX, LOWER, UPPER } from './alphabets.ts';
import type { Rng } from './rng.ts';
import { assigned, inFile, password, type SecretGenerator } from './sample.ts';

/** Never a word, never weak: what a password manager makes. */
const host = (rng: Rng): string => `db-${rng.chars(LOWER, 4)}.prod.corp.io`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function url(detector: string, variable: string, scheme: string, port: number): SecretGenerator {
  return {
    detector,
    make: (rng) => {
      const secret = `svc_app:${password(rng)}@${host(rng)}:${port}`;
      return assigned(variable, `${scheme}://${secret}/main`, secret);
    },
  };
}

/** An id that decodes to an account, and 40 characters with every class in them, as all but 1 in 1,000 have. */
const awsId = (rng: Rng): string => `AKIA${rng.chars(BASE32, 16)}`;
const awsSecret = (rng: Rng): string => `q7${rng.chars(BASE64, 36)}Zk`;

export const logins: readonly SecretGenerator[] = [
  {
    detector: 'aws-access-key',
    make: (rng) => {
      const secret = awsSecret(rng);
      return inFile('root/.aws/credentials', `[default]\naws_access_key_id = ${awsId(rng)}\naws_secret_access_key = ${secret}\n`, secret);
    },
  },
  { detector: 'aws-access-key-id', make: (rng) => assigned('AWS_ACCESS_KEY_ID', awsId(rng)) },
  { detector: 'aws-secret-access-key', make: (rng) => assigned('AWS_SECRET_ACCESS_KEY', awsSecret(rng)) },
  {
    detector: 'alibaba-access-key',
    make: (rng) => {
      const secret = `a1Z${rng.chars(ALNUM, 27)}`;
      return inFile('app/.env', `OSS_KEY_ID=LTAI5t${rng.chars(ALNUM, 18)}\nOSS_KEY_SECRET=${secret}\n`, secret);
    },
  },
  {
    detector: 'tencent-secret-key',
    make: (rng) => {
      const secret = `a1Z${rng.chars(ALNUM, 29)}`;
      return inFile('app/.env', `COS_SECRET_ID=AKID${rng.chars(ALNUM, 32)}\nCOS_SECRET_KEY=${secret}\n`, secret);
    },
  },
  url('postgres-url', 'DATABASE_URL', 'postgresql', 5432),
  url('mysql-url', 'MYSQL_URL', 'mysql', 3306),
  url('mongodb-url', 'MONGO_URL', 'mongodb+srv', 27017),
  url('redis-url', 'REDIS_URL', 'redis', 6379),
  url('amqp-url', 'AMQP_URL', 'amqps', 5671),
  url('smtp-url', 'MAILER_URL', 'smtp', 587),
  url('git-url', 'ORIGIN', 'https', 443),
  url('url-password', 'LDAP_URL', 'ldap', 389),
  {
    detector: 'azure-storage-connection',
    make: (rng) => {
      const secret = `${rng.chars(BASE64, 86)}==`;
      const value = `DefaultEndpointsProtocol=https;AccountName=corpdata;AccountKey=${secret};EndpointSuffix=core.windows.net`;
      return assigned('AZURE_STORAGE_CONNECTION_STRING', value, secret);
    },
  },
  {
    detector: 'azure-shared-access-key',
    make: (rng) => {
      const secret = `${rng.chars(BASE64, 43)}=`;
      return assigned('BUS', `Endpoint=sb://corp.servicebus.windows.net/;SharedAccessKeyName=all;SharedAccessKey=${secret}`, secret);
    },
  },
  {
    detector: 'azure-sas-token',
    make: (rng) => {
      const secret = encodeURIComponent(rng.bytes(32).toString('base64'));
      const value = `https://corpdata.blob.core.windows.net/backup?sv=2024-11-04&ss=b&sp=rl&se=2027-01-01T00:00:00Z&spr=https&sig=${secret}`;
      return assigned('BACKUP_URL', value, secret);
    },
  },
  {
    detector: 'docker-config-auth',
    make: (rng) => {
      const secret = base64(`ci-bot:${password(rng)}`);
      return inFile('root/.docker/config.json', JSON.stringify({ auths: { 'registry.corp.io': { auth: secret } } }, null, 2), secret);
    },
  },
  {
    detector: 'npm-registry-token',
    make: (rng) => {
      const secret = [8, 4, 4, 4, 12].map((length) => rng.chars(HEX, length)).join('-');
      return inFile('root/.npmrc', `registry=https://npm.corp.io/\n//npm.corp.io/:_authToken=${secret}\n`, secret);
    },
  },
  {
    detector: 'npm-basic-auth',
    make: (rng) => {
      const secret = base64(`ci-bot:${password(rng)}`);
      return inFile('app/.npmrc', `registry=https://npm.corp.io/\n_auth=${secret}\nalways-auth=true\n`, secret);
    },
  },
  {
    detector: 'netrc-password',
    make: (rng) => {
      const secret = password(rng);
      return inFile('root/.netrc', `machine git.corp.io\n  login ci-bot\n  password ${secret}\n`, secret);
    },
  },
  {
    detector: 'shadow-hash',
    make: (rng) => {
      const secret = `$6$${rng.chars(ALNUM, 16)}$${rng.chars(ALNUM, 86)}`;
      return inFile('etc/shadow', `daemon:*:19000:0:99999:7:::\nroot:${secret}:19000:0:99999:7:::\n`, secret);
    },
  },
  {
    detector: 'laravel-app-key',
    make: (rng) => {
      const secret = rng.bytes(32).toString('base64');
      return assigned('APP_KEY', `base64:${secret}`, secret);
    },
  },
  {
    detector: 'http-basic-authorization',
    make: (rng) => {
      const secret = base64(`ci-bot:${password(rng)}`);
      return inFile('usr/local/bin/fetch', `curl -fsH "Authorization: Basic ${secret}" https://git.corp.io/x\n`, secret);
    },
  },
  {
    detector: 'http-bearer-authorization',
    make: (rng) => {
      const secret = `a1Z9${rng.chars(ALNUM, 44)}`;
      return inFile('usr/local/bin/fetch', `curl -fsH "Authorization: Bearer ${secret}" https://api.corp.io/x\n`, secret);
    },
  },
  {
    detector: 'provider-key-nearby',
    make: (rng) => {
      const secret = `k7${rng.chars('abcdefghijklmnopqrstuvwxyz0123456789', 28)}4q`;
      return inFile('usr/local/bin/agents', `curl -fsS -H "X-Key: ${secret}" https://app.atera.com/api/v3/agents\n`, secret);
    },
  },
  {
    detector: 'login-password',
    make: (rng) => {
      const secret = password(rng);
      return inFile('app/db.py', `conn = connect(host="${host(rng)}", user="shop", password="${secret}")\n`, secret);
    },
  },
  {
    detector: 'sql-password',
    make: (rng) => {
      const secret = password(rng);
      return inFile('docker-entrypoint-initdb.d/users.sql', `CREATE ROLE shop WITH LOGIN PASSWORD '${secret}';\n`, secret);
    },
  },
  {
    detector: 'dsn-password',
    make: (rng) => {
      const secret = password(rng);
      return inFile('app/dsn.txt', `host=${host(rng)} user=shop password=${secret} dbname=shop\n`, secret);
    },
  },
  {
    detector: 'command-login-password',
    make: (rng) => {
      const secret = password(rng);
      return inFile('usr/local/bin/backup', `#!/bin/sh\nbackup --user shop --password ${secret} --verbose\n`, secret);
    },
  },
  {
    detector: 'command-short-password',
    make: (rng) => {
      const secret = password(rng);
      return inFile('usr/local/bin/load', `#!/bin/sh\nmysql -h db-1 -u shop -p${secret} shop < dump.sql\n`, secret);
    },
  },
  {
    detector: 'command-line-password',
    make: (rng) => {
      const secret = password(rng);
      return inFile('usr/local/bin/publish', `#!/bin/sh\ndocker login --username ci-bot --password ${secret} registry.corp.io\n`, secret);
    },
  },
  {
    detector: 'curl-user-password',
    make: (rng) => {
      const secret = `ci-bot:${password(rng)}`;
      return inFile('usr/local/bin/fetch', `#!/bin/sh\ncurl -fsSL -u ${secret} https://nexus.corp.io/x.tgz\n`, secret);
    },
  },
  {
    detector: 'curl-user-token',
    make: (rng) => {
      const secret = password(rng) + password(rng);
      return inFile('usr/local/bin/charge', `#!/bin/sh\ncurl -fsSL -u ${secret}: https://api.corp.io/v1/charges\n`, secret);
    },
  },
  {
    detector: 'url-user-token',
    make: (rng) => {
      const secret = password(rng) + password(rng);
      return inFile('usr/local/bin/fetch', `#!/bin/sh\ngit clone https://${secret}@git.corp.io/team/shop.git\n`, secret);
    },
  },
  {
    detector: 'sql-connection-string',
    make: (rng) => {
      const secret = password(rng);
      const value = `Server=tcp:corpdb.database.windows.net,1433;Database=main;User ID=app;Password=${secret};Encrypt=True;`;
      return assigned('SQL_CONNECTION', value, secret);
    },
  },
  {
    detector: 'jdbc-url',
    make: (rng) => {
      const secret = password(rng);
      return assigned('JDBC_URL', `jdbc:postgresql://${host(rng)}:5432/main?user=app&password=${secret}&ssl=true`, secret);
    },
  },
  {
    detector: 'django-secret-key',
    make: (rng) => {
      const secret = `django-insecure-${rng.chars('abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)', 50)}`;
      return inFile('app/settings.py', `DEBUG = True\nSECRET_KEY = '${secret}'\n`, secret);
    },
  },
  { detector: 'rails-secret-key-base', make: (rng) => assigned('SECRET_KEY_BASE', rng.chars(HEX, 128)) },
  {
    detector: 'slack-webhook',
    make: (rng) => {
      const id = (): string => `0${rng.chars(UPPER + DIGITS, 9)}`;
      const secret = `services/T${id()}/B${id()}/${rng.chars(ALNUM, 24)}`;
      return assigned('SLACK_WEBHOOK', `https://hooks.slack.com/${secret}`, secret);
    },
  },
];
