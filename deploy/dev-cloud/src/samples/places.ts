import type { Assignment } from './sample.ts';

/** A value and what a file calls it: `ATERA_API_KEY` in capitals, as the other generators name their variables. */
class Names {
  /** The words of the variable, in lower case: `app`, `optics`, `api`, `key`. */
  readonly #words: readonly string[];
  /** How many of the words are the provider's. */
  readonly #own: number;

  constructor(variable: string) {
    this.#words = variable.toLowerCase().split('_');
    const role = this.#words.findIndex((word, at) => at > 0 && roles.has(word));
    this.#own = role < 0 ? this.#words.length : role;
  }

  #join(words: readonly string[], by: string): string {
    return words.join(by);
  }

  /** `app_optics` */
  provider(by = '_'): string {
    return this.#join(this.#words.slice(0, this.#own), by);
  }

  /** `AppOptics` */
  Provider(): string {
    return this.#words.slice(0, this.#own).map(capitalized).join('');
  }

  /** What the variable says besides the provider: `api_key`, or `token` where it says nothing. */
  role(by = '_'): string {
    return this.#join(this.#roleWords(), by);
  }

  /** `apiKey` */
  roleCamel(): string {
    return camelOf(this.#roleWords());
  }

  /** `appOpticsApiKey`, `app_optics_api_key`, `APP_OPTICS_API_KEY`, `AppOpticsApiKey` */
  camel(): string {
    return camelOf([...this.#words.slice(0, this.#own), ...this.#roleWords()]);
  }

  snake(by = '_'): string {
    return this.#join([...this.#words.slice(0, this.#own), ...this.#roleWords()], by);
  }

  upper(): string {
    return this.snake().toUpperCase();
  }

  pascal(): string {
    return capitalized(this.camel());
  }

  #roleWords(): readonly string[] {
    return this.#own === this.#words.length ? ['token'] : this.#words.slice(this.#own);
  }
}

const roles = new Set([
  'api',
  'key',
  'token',
  'secret',
  'auth',
  'access',
  'password',
  'pat',
  'client',
  'app',
  'personal',
  'bearer',
  'private',
]);
const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const camelOf = (words: readonly string[]): string => words.map((word, at) => (at === 0 ? word : capitalized(word))).join('');

/** What stands where a secret could and is none, made of one: as documentation, tests and careful people write. */
export const nonSecrets: Readonly<Record<string, (value: string) => string>> = {
  'too short': (value) => value.slice(0, Math.ceil(value.length * 0.6)),
  'too long': (value) => value + value.slice(0, 9).split('').toReversed().join(''),
  crosses: (value) => 'x'.repeat(value.length),
  'beginning and crosses': (value) => value.slice(0, Math.ceil(value.length / 4)) + 'X'.repeat(Math.floor((value.length * 3) / 4)),
  'one character': (value) => value.charAt(0).repeat(value.length),
  stars: (value) => value.slice(0, 4) + '*'.repeat(Math.max(4, value.length - 4)),
  'in angle brackets': () => '<your-api-key>',
  'your-key-here': () => 'your-api-key-goes-here',
  example: (value) => `${value.slice(0, Math.max(0, value.length - 7))}EXAMPLE`,
  variable: () => '${API_KEY}',
  'template of a chart': () => '{{ .Values.apiKey }}',
  sequence: (value) => '1234567890abcdefghijklmnopqrstuvwxyz'.repeat(9).slice(0, value.length),
  'name of a variable': () => 'process.env.SERVICE_API_KEY',
  words: () => 'the-quick-brown-fox-jumps-over-it',
  'type name': () => 'ApiKeyAuthenticationProviderFactory',
};

type Write = (names: Names, value: string) => string;

/** How the provider and a word for secrets stand to the value: what a reader can go by. */
const assigned: Readonly<Record<string, Write>> = {
  'python constant': (n, v) => `import os\n\nDEBUG = False\n${n.upper()} = "${v}"\nALLOWED_HOSTS = ["*"]\n`,
  'python default of an environment variable': (n, v) => `${n.upper()} = os.environ.get("${n.upper()}", "${v}")\n`,
  'python environment': (n, v) => `import os\nos.environ["${n.upper()}"] = '${v}'\n`,
  'python keyword argument': (n, v) => `client = ${n.provider()}.Client(${n.role()}="${v}", timeout=30)\n`,
  'python dictionary': (n, v) => `config = {\n    '${n.snake()}': '${v}',\n    'retries': 3,\n}\n`,
  'appsettings.json': (n, v) =>
    JSON.stringify(
      { Logging: { Level: 'Info' }, [n.Provider()]: { BaseUrl: 'https://api.corp.io', [capitalized(n.roleCamel())]: v } },
      null,
      2,
    ),
  'JSON in one line': (n, v) => `{"port":8080,"${n.provider()}":{"enabled":true,"${n.roleCamel()}":"${v}"}}`,
  'JSON with a snake name': (n, v) => `{\n    "${n.snake()}": "${v}"\n}\n`,
  'JSON in a string': (n, v) => `payload = "{\\"${n.snake()}\\":\\"${v}\\"}"\n`,
  'JSON with an inner object': (n, v) =>
    JSON.stringify({ name: n.Provider(), test_secrets: { [`${n.provider()}_secret`]: v }, expected: '200' }, null, 2),
  'application.yml': (n, v) =>
    `server:\n  port: 8080\n${n.provider('-')}:\n  base-url: https://api.corp.io\n  timeout: 30\n  ${n.role('-')}: ${v}\n`,
  'YAML of one level': (n, v) => `${n.snake()}: ${v}\nregion: eu\n`,
  'YAML in quotes': (n, v) => `${n.snake()}: '${v}'\n`,
  'YAML block scalar': (n, v) => `${n.snake()}: >-\n  ${v}\nregion: eu\n`,
  'docker-compose list': (n, v) => `services:\n  app:\n    image: app\n    environment:\n      - PORT=80\n      - ${n.upper()}=${v}\n`,
  'docker-compose map': (n, v) => `services:\n  app:\n    environment:\n      ${n.upper()}: "${v}"\n`,
  'Kubernetes variable': (n, v) => `        env:\n        - name: ${n.upper()}\n          value: "${v}"\n`,
  'Kubernetes secret': (n, v) => `apiVersion: v1\nkind: Secret\nstringData:\n  ${n.snake('-')}: ${v}\n`,
  'GitHub Actions': (n, v) => `jobs:\n  build:\n    env:\n      ${n.upper()}: ${v}\n    steps: []\n`,
  'action input': (n, v) => `      - uses: ${n.provider('-')}/deploy@v2\n        with:\n          ${n.role('-')}: ${v}\n`,
  Jenkinsfile: (n, v) => `pipeline {\n  environment {\n    ${n.upper()} = '${v}'\n  }\n}\n`,
  '.env': (n, v) => `PORT=80\n${n.upper()}=${v}\n`,
  '.env in single quotes': (n, v) => `${n.upper()}='${v}'\n`,
  '.env with blanks': (n, v) => `${n.upper()} = "${v}" # production\n`,
  'wp-config': (n, v) => `<?php\ndefine( '${n.upper()}', '${v}' );\n`,
  'PHP array': (n, v) => `return [\n  '${n.provider()}' => [\n    '${n.role()}' => '${v}',\n  ],\n];\n`,
  'PHP env default': (n, v) => `'${n.role()}' => env('${n.upper()}', '${v}'),\n`,
  'PHP variable': (n, v) => `$${n.camel()} = "${v}";\n`,
  'PHP append': (n, v) => `$${n.camel()} .= "${v}"\n`,
  'terraform variable': (n, v) => `variable "${n.snake()}" {\n  type    = string\n  default = "${v}"\n}\n`,
  'terraform provider': (n, v) => `provider "${n.provider()}" {\n  ${n.role()} = "${v}"\n}\n`,
  tfvars: (n, v) => `region = "eu-west-1"\n${n.snake()}   = "${v}"\n`,
  'terraform state': (n, v) => JSON.stringify({ outputs: { [n.snake()]: { value: v, type: 'string', sensitive: true } } }, null, 2),
  'nginx header': (n, v) => `location / {\n  proxy_set_header X-${n.Provider()}-Key "${v}";\n  proxy_pass https://api.corp.io;\n}\n`,
  'shell export': (n, v) => `#!/bin/sh\nexport ${n.upper()}=${v}\n./run\n`,
  'shell prefix': (n, v) => `$ ${n.upper()}="${v}" ./deploy --now\n`,
  'shell option': (n, v) => `${n.provider('-')} login --${n.role('-')} ${v} --region eu\n`,
  fish: (n, v) => `set -x ${n.upper()} ${v}\n`,
  PowerShell: (n, v) => `$env:${n.upper()} = "${v}"\n`,
  cmd: (n, v) => `set ${n.upper()}=${v}\r\nrun.exe\r\n`,
  'line continuation': (n, v) => `docker run \\\n  -e ${n.upper()}=${v} \\\n  app\n`,
  'curl header': (n, v) => `curl -sS -H "X-${n.Provider()}-Api-Key: ${v}" https://api.corp.io/v1/items\n`,
  'Go constant': (n, v) => `package main\n\nconst ${n.camel()} = "${v}"\n`,
  'Go variable': (n, v) => `var ${n.camel()} string = "${v}"\n`,
  'Go short': (n, v) => `\t${n.camel()} := "${v}"\n`,
  'Go backticks': (n, v) => `\t${n.camel()} := \`${v}\`\n`,
  'Go Setenv': (n, v) => `os.Setenv("${n.upper()}", "${v}")\n`,
  'Go struct': (n, v) => `cfg := ${n.provider('')}.Config{\n\t${capitalized(n.roleCamel())}: "${v}",\n}\n`,
  'Java constant': (n, v) => `private static final String ${n.upper()} = "${v}";\n`,
  'Java put': (n, v) => `config.put("${n.snake('.')}", "${v}");\n`,
  'Java annotation': (n, v) => `@Value("\${${n.snake('.')}:${v}}")\nprivate String key;\n`,
  Kotlin: (n, v) => `val ${n.camel()}: String = "${v}"\n`,
  Swift: (n, v) => `let ${n.camel()} = "${v}"\n`,
  'Objective-C': (n, v) => `NSString *const ${n.camel()} = @"${v}";\n`,
  'C macro': (n, v) => `#define ${n.upper()} "${v}"\n`,
  'C array': (n, v) => `static const char ${n.snake()}[] = "${v}";\n`,
  Rust: (n, v) => `const ${n.upper()}: &str = "${v}";\n`,
  'C# constant': (n, v) => `public const string ${n.pascal()} = "${v}";\n`,
  'C# named argument': (n, v) => `var client = new ${n.Provider()}Client(${n.roleCamel()}: "${v}");\n`,
  'Ruby setter': (n, v) => `${n.Provider()}.${n.role()} = '${v}'\n`,
  'Ruby hash': (n, v) => `settings = { "${n.snake()}" => "${v}" }\n`,
  'Ruby symbol': (n, v) => `  ${n.snake()}: "${v}",\n`,
  'Ruby old symbol': (n, v) => `  :${n.snake()} => '${v}',\n`,
  'JavaScript constant': (n, v) => `const ${n.camel()} = '${v}';\n`,
  'JavaScript template': (n, v) => `const ${n.upper()} = \`${v}\`;\n`,
  'JavaScript client': (n, v) => `const client = new ${n.Provider()}({ ${n.roleCamel()}: '${v}' });\n`,
  'JavaScript fallback': (n, v) => `const key = process.env.${n.upper()} || '${v}';\n`,
  'JavaScript property': (n, v) => `module.exports = {\n  ${n.camel()}: '${v}',\n};\n`,
  'minified JavaScript': (n, v) => `var a=1;e.exports={${n.camel()}:"${v}",b:2},function(){}\n`,
  TypeScript: (n, v) => `export const ${n.camel()}: string = '${v}';\n`,
  lua: (n, v) => `local ${n.snake()} = "${v}"\n`,
  R: (n, v) => `${n.snake()} <- "${v}"\n`,
  Perl: (n, v) => `my $${n.snake()} = '${v}';\n`,
  Makefile: (n, v) => `${n.upper()} ?= ${v}\n`,
  'Makefile with :=': (n, v) => `${n.upper()} := "${v}"\n`,
  'Makefile with ::=': (n, v) => `${n.upper()} ::= "${v}"\n`,
  'ini section': (n, v) => `[${n.provider()}]\nurl = https://api.corp.io\n${n.role()} = ${v}\n`,
  ini: (n, v) => `[main]\n${n.snake()}=${v}\n`,
  toml: (n, v) => `[services.${n.provider()}]\n${n.role()} = "${v}"\n`,
  properties: (n, v) => `app.name=x\n${n.snake('.')}=${v}\n`,
  'XML add': (n, v) => `<appSettings>\n  <add key="${n.pascal()}" value="${v}" />\n</appSettings>\n`,
  'XML element': (n, v) => `<${n.camel()}>${v}</${n.camel()}>\n`,
  'XML element over lines': (n, v) => `<${n.camel()}>\n    ${v}\n</${n.camel()}>\n`,
  'XML property': (n, v) => `<property name="${n.snake('.')}">${v}</property>\n`,
  'XML property over lines': (n, v) => `<property>\n  <name>${n.snake('.')}</name>\n  <value>${v}</value>\n</property>\n`,
  'XML in XML': (n, v) => `<${n.provider()}>\n  <${n.roleCamel()}>${v}</${n.roleCamel()}>\n</${n.provider()}>\n`,
  'Android string': (n, v) => `<string name="${n.snake()}" translatable="false">${v}</string>\n`,
  plist: (n, v) => `<key>${n.pascal()}</key>\n<string>${v}</string>\n`,
  'SQL insert': (n, v) => `INSERT INTO settings (name, value) VALUES ('${n.snake()}', '${v}');\n`,
  'SQL table of users': (n, v) => `INSERT INTO \`users\` (id, mail, ${n.snake()}) VALUES (7, 'a@corp.io', '${v}');\n`,
  'Postman header': (n, v) => JSON.stringify({ header: [{ key: `X-${n.Provider()}-Key`, value: v, type: 'text' }] }, null, 2),
  'Postman variable': (n, v) => JSON.stringify({ values: [{ key: n.snake(), value: v, enabled: true }] }),
  notebook: (n, v) => JSON.stringify({ cells: [{ cell_type: 'code', source: [`${n.upper()} = "${v}"\n`] }] }, null, 1),
  'Dockerfile ARG': (n, v) => `FROM debian\nARG ${n.upper()}=${v}\nRUN make\n`,
  'Dockerfile ENV without =': (n, v) => `FROM debian\nENV ${n.upper()} ${v}\n`,
  'HTTP dump': (n, v) => `GET /v1/items HTTP/1.1\r\nHost: api.corp.io\r\nX-${n.Provider()}-Token: ${v}\r\nAccept: */*\r\n\r\n`,
  'URL parameter': (n, v) => `GET https://api.${n.provider('')}.com/v1/items?limit=10&${n.role()}=${v}&page=2\n`,
  'GraphQL variable': (n, v) => `{"query":"q","variables":{"${n.camel()}":"${v}"}}`,
  comment: (n, v) => `# ${n.Provider()} ${n.role(' ')}: ${v}\n`,
};

/** Looser: the provider is named near by, or the word for secrets is missing. */
const near: Readonly<Record<string, Write>> = {
  'provider and role as words': (n, v) => `${n.provider()} ${n.role(' ')} = '${v}'\n`,
  'provider, then assignment': (n, v) => `${n.provider()} = '${v}'\n`,
  'provider and colon': (n, v) => `${n.provider()}: ${v}\n`,
  'comment before': (n, v) => `# ${n.Provider()}\n${n.role().toUpperCase()}=${v}\n`,
  'comment before, code after': (n, v) => `// ${n.Provider()} credentials\nconst ${n.roleCamel()} = "${v}";\n`,
  'comment behind': (n, v) => `key = "${v}"  # ${n.Provider()}\n`,
  'heading before': (n, v) => `${n.Provider()} API key\n${v}\n`,
  sentence: (n, v) => `The ${n.Provider()} ${n.role(' ')} is ${v}\n`,
  'markdown table': (n, v) => `| ${n.Provider()} | ${n.role(' ')} | ${v} |\n`,
  csv: (n, v) => `service,key\n${n.provider()},${v}\n`,
  'log line': (n, v) => `2026-03-01 12:00:01 INFO ${n.provider()}.client: using ${n.role(' ')} ${v}\n`,
  'log of a request': (n, v) =>
    `[INFO] Sending request to the ${n.provider()} API\n[DEBUG] Using ${capitalized(n.role(' '))}=${v}\n[INFO] Response received: 200 OK\n`,
  'client call': (n, v) => `${n.provider('')}.init("${v}");\n`,
  'constructor call': (n, v) => `client := ${n.provider('')}.NewClient("${v}")\n`,
  'curl bearer': (n, v) => `curl -H "Authorization: Bearer ${v}" https://api.${n.provider('')}.com/v1/me\n`,
  'curl user': (n, v) => `curl https://api.${n.provider('')}.com/v1/me -u ${v}:\n`,
  'host and key header': (n, v) => `GET /v1/items HTTP/1.1\nHost: api.${n.provider('')}.com\nX-Api-Key: ${v}\n`,
  'provider as the name of a service': (n, v) => `{"service": "${n.provider()}", "enabled": true, "value": "${v}"}\n`,
  'provider in a sentence before': (n, v) => `# Settings of ${n.Provider()}, which the shop uses for its orders\nVALUE = "${v}"\n`,
  'value, then provider': (n, v) => `${v} is our key of ${n.provider()}\n`,
  'key, then URL': (n, v) => `api_key = "${v}"\nurl = "https://api.${n.provider('')}.com/v2"\n`,
  'name that says nothing, then URL': (n, v) => `value = "${v}"\nurl = "https://api.${n.provider('')}.com/v2"\n`,
  'curl header, then URL': (n, v) => `curl -sS -H "X-Api-Key: ${v}" "https://api.${n.provider('')}.com/v1/items"\n`,
  'curl over lines': (n, v) =>
    `curl --request GET \\\n  --url 'https://api.${n.provider('')}.com/v1/items?page=2&limit=100&sort=created' \\\n  --header 'accept: application/json' \\\n  --header 'content-type: application/json' \\\n  --header 'x-api-key: ${v}'\n`,
  'python request': (n, v) =>
    `import requests\n\nresponse = requests.get(\n    "https://api.${n.provider('')}.com/v1/items",\n    headers={"Authorization": "Token ${v}", "Accept": "application/json"},\n)\n`,
  'JavaScript request': (n, v) =>
    `const headers = { 'X-Auth-Key': '${v}', accept: 'application/json' };\nconst answer = await fetch('https://${n.provider('')}.io/api/v1/items', { headers });\n`,
  'import before': (n, v) =>
    `import { Client } from '@${n.provider('-')}/sdk';\nimport { retry } from './retry.js';\n\nconst options = { retries: 3 };\nconst key = '${v}';\nexport const client = new Client(key, options);\n`,
  'client behind': (n, v) => `secret = "${v}"\n\nclient = ${n.Provider()}(secret, timeout=30)\n`,
  'settings of a service': (n, v) =>
    `api:\n  in: header\n  secret_key: "${v}"\n  base_url: "https://api.${n.provider('')}.com/v1"\n  response_code: 200\n`,
  'parameter of another name': (n, v) => `GET https://api.${n.provider('')}.com/v1/items?limit=10&k=${v}\n`,
  'part of a path': (n, v) => `https://hooks.${n.provider('')}.com/in/${v}\n`,
  'URL then key': (n, v) => `url = "https://api.${n.provider('')}.com/v2"\napi_key = "${v}"\n`,
};

/** Files as developers leave them, with a value under a name. */
export const places: Readonly<Record<string, (assignment: Assignment) => string>> = written(assigned);
/** Files in which the provider's name only stands near. */
export const nearPlaces: Readonly<Record<string, (assignment: Assignment) => string>> = written(near);

function written(writes: Readonly<Record<string, Write>>): Record<string, (assignment: Assignment) => string> {
  return Object.fromEntries(
    Object.entries(writes).map(([place, write]) => [place, ({ name, value }: Assignment) => write(new Names(name), value)]),
  );
}
