import { capitalized, type Write, written } from './names.ts';
import type { Assignment } from './sample.ts';

const reversed = (text: string): string => text.split('').toReversed().join('');

/** How the author of a scanner writes down a provider's secret to show that it is found. */
const tests: Readonly<Record<string, Write>> = {
  // unit tests
  'go table test': (n, v) =>
    `package ${n.provider('')}\n\nimport "testing"\n\nfunc Test${n.Provider()}_Pattern(t *testing.T) {\n\ttests := []struct {\n\t\tname  string\n\t\tinput string\n\t\twant  []string\n\t}{\n\t\t{\n\t\t\tname:  "valid pattern",\n\t\t\tinput: \`${n.snake()} = '${v}'\`,\n\t\t\twant:  []string{"${v}"},\n\t\t},\n\t}\n`,
  'go test vars': (n, v) =>
    `var (\n\tvalidPattern   = "${v}"\n\tinvalidPattern = "${v.slice(0, -3)}?=?"\n\tkeyword        = "${n.provider('')}"\n)\n`,
  'go raw string of code': (n, v) =>
    `input: \`\n\tpackage main\n\n\timport "net/http"\n\n\tfunc main() {\n\t\turl := "https://api.${n.provider('')}.com/v1/items"\n\t\treq, _ := http.NewRequest("GET", url, nil)\n\t\treq.Header.Set("Authorization", "Bearer ${v}")\n\t\tclient.Do(req)\n\t}\n\`,\n`,
  'keyword blank value': (n, v) => `${n.provider('')} ${v}`,
  'keyword token value': (n, v) => `${n.provider('')} token = '${v}'`,
  'keyword line value': (n, v) => `${n.provider('')}\n${v}\n`,
  'keyword colon value': (n, v) => `${n.Provider()}: ${v}`,
  pytest: (n, v) =>
    `import pytest\n\nfrom detectors.${n.provider('')} import ${n.Provider()}Detector\n\n\n@pytest.mark.parametrize(\n    "payload, should_flag",\n    [\n        ("${v}", True),\n        ("${n.snake()}='${v}'", True),\n    ],\n)\ndef test_analyze(payload, should_flag):\n    assert ${n.Provider()}Detector().analyze_line(payload) == should_flag\n`,
  jest: (n, v) =>
    `import { creator } from "../src/${n.provider('')}";\n\ndescribe("${n.provider('')}", () => {\n  it("reports a key", async () => {\n    const source = { content: \`const ${n.camel()} = "${v}";\`, filePath: "/a.js" };\n    expect(await lint(source)).toHaveLength(1);\n  });\n});\n`,
  'rule examples yaml': (n, v) =>
    `rules:\n  - name: ${n.Provider()} ${n.role(' ')}\n    id: x.${n.provider('')}.1\n    examples:\n      - ${n.snake()}=${v}\n      - |\n        ${n.roleCamel()}: "${v}"\n`,
  'rust test': (n, v) =>
    `#[test]\nfn finds_${n.provider('')}() {\n    let input = r#"let ${n.snake()} = "${v}";"#;\n    assert_eq!(scan(input).len(), 1);\n}\n`,
  // fixtures of one line, as many languages write an assignment
  'colon equals backtick': (n, v) => `${n.camel()} := \`${v}\``,
  'php arrow': (n, v) => `"${n.snake()}" => "${v}",`,
  'ruby hash': (n, v) => `  :${n.snake()} => '${v}'`,
  'r arrow': (n, v) => `${n.snake()} <- "${v}"`,
  'c sharp': (n, v) => `string ${n.pascal()} = "${v}";`,
  'java final': (n, v) => `    private static final String ${n.upper()} = "${v}";`,
  'system property': (n, v) => `System.setProperty("${n.upper()}", "${v}");`,
  kotlin: (n, v) => `val ${n.camel()}: String = "${v}"`,
  swift: (n, v) => `    static let ${n.camel()} = "${v}"`,
  'objective c': (n, v) => `#define k${n.pascal()} @"${v}"`,
  perl: (n, v) => `my $${n.snake()} = q{${v}};`,
  powershell: (n, v) => `$env:${n.upper()} = "${v}"`,
  batch: (n, v) => `@echo off\r\nset ${n.upper()}=${v}\r\n`,
  fish: (n, v) => `set -gx ${n.upper()} ${v}`,
  declare: (n, v) => `declare -x HOME="/root"\ndeclare -x ${n.upper()}="${v}"\ndeclare -x PWD="/"\n`,
  makefile: (n, v) => `${n.upper()} ?= ${v}\n\nall:\n\t@echo done\n`,
  'lua table': (n, v) => `return { ${n.snake()} = "${v}", }`,
  scala: (n, v) => `  implicit val ${n.camel()} = Token("${v}")`,
  gradle: (n, v) => `buildConfigField "String", "${n.upper()}", "\\"${v}\\""`,
  define: (n, v) => `define('${n.upper()}', '${v}');`,
  'env default js': (n, v) => `const ${n.roleCamel()} = process.env.${n.upper()} || '${v}';`,
  'env default py': (n, v) => `${n.role()} = os.environ.get("${n.upper()}", "${v}")`,
  'env default sh': (n, v) => `export ${n.upper()}=\${${n.upper()}:-${v}}`,
  comparison: (n, v) => `if (${n.camel()} === "${v}") {`,
  ternary: (n, v) => `${n.camel()} = isProd ? getKey() : '${v}'`,
  // SDK
  'python positional': (n, v) => `from ${n.provider('')} import Client\n\nclient = Client("${v}")\nclient.ping()\n`,
  'python class named': (n, v) =>
    `import ${n.provider('')}\n\nclient = ${n.provider('')}.${n.Provider()}Client(timeout=30, ${n.role()}="${v}")\n`,
  'module attribute': (n, v) => `import ${n.provider('')}\n\n${n.provider('')}.${n.role()} = "${v}"\n`,
  'node require call': (n, v) => `const ${n.provider('')} = require('${n.provider('')}')('${v}');`,
  'node constructor': (n, v) =>
    `import ${n.Provider()} from '${n.provider('')}-sdk';\n\nconst client = new ${n.Provider()}({\n  region: 'eu',\n  ${n.roleCamel()}: '${v}',\n});\n`,
  'node later variable': (n, v) =>
    `const ${n.Provider()} = require("${n.provider('')}");\nconst ${n.roleCamel()} = "${v}";\nconst api = new ${n.Provider()}(${n.roleCamel()});\n`,
  'ruby configure': (n, v) => `${n.Provider()}.configure do |config|\n  config.logger = Rails.logger\n  config.${n.role()} = "${v}"\nend\n`,
  'ruby new': (n, v) => `client = ${n.Provider()}::Client.new('${v}')`,
  'php new': (n, v) => `$${n.provider('')} = new \\${n.Provider()}\\Client('${v}', ['debug' => true]);`,
  'java builder': (n, v) =>
    `${n.Provider()}Client client = ${n.Provider()}Client.builder()\n    .endpoint("https://eu.example.org")\n    .${n.roleCamel()}("${v}")\n    .build();\n`,
  'java set': (n, v) => `${n.provider('')}Config.set${capitalized(n.roleCamel())}("${v}");`,
  'csharp ctor': (n, v) => `var client = new ${n.Provider()}Client("${v}");`,
  'go new client': (n, v) => `client, err := ${n.provider('')}.NewClient("${v}")`,
  'go option': (n, v) => `c := ${n.provider('')}.New(\n\t${n.provider('')}.With${capitalized(n.roleCamel())}("${v}"),\n)\n`,
  // HTTP
  'curl header': (n, v) => `curl -H "Authorization: Bearer ${v}" https://api.${n.provider('')}.com/v1/me`,
  'curl lines': (n, v) =>
    `curl --request GET \\\n  --url 'https://api.${n.provider('')}.com/v2/projects' \\\n  --header 'Accept: application/json' \\\n  --header 'X-Api-Key: ${v}'\n`,
  'curl user': (n, v) => `curl -u ${v}: https://api.${n.provider('')}.com/v1/charges`,
  'curl user name': (n, v) => `curl -s -u "admin:${v}" "https://${n.provider('')}.example.com/api/x"`,
  'curl data': (n, v) =>
    `curl -X POST https://api.${n.provider('')}.io/oauth/token -d grant_type=client_credentials -d client_id=${reversed(v)} -d client_secret=${v}`,
  'query parameter': (n, v) =>
    `https://api.${n.provider('')}.com/v3/search?q=oslo&${['api_key', 'key', 'token', 'access_token', 'apikey'][v.length % 5]}=${v}`,
  'query in source': (n, v) => `resp = requests.get(f"https://${n.provider('')}.com/api/latest?access_key=${v}&symbols=USD")`,
  'path value': (n, v) => `fetch("https://hooks.${n.provider('')}.com/services/${v}", { method: "POST" })`,
  'http transcript': (n, v) =>
    `GET /v1/users HTTP/1.1\nHost: api.${n.provider('')}.com\nUser-Agent: curl/8.0\nAuthorization: Token ${v}\nAccept: */*\n\n`,
  'http own header': (n, v) =>
    `POST /events HTTP/1.1\nHost: ${n.provider('')}.com\nContent-Type: application/json\nX-${n.Provider()}-${n.role('-')}: ${v}\n`,
  'headers dict': (n, v) =>
    `headers = {\n    "Authorization": "Bearer ${v}",\n    "Content-Type": "application/json",\n}\nresponse = requests.get("https://api.${n.provider('')}.com/v1/list", headers=headers)\n`,
  axios: (n, v) => `axios.get('https://api.${n.provider('')}.com/me', {\n  headers: { Authorization: \`token ${v}\` },\n});\n`,
  'url user': (n, v) => `https://${v}@api.${n.provider('')}.com/repo.git`,
  'url password': (n, v) => `https://deploy:${v}@${n.provider('')}.com/simple/`,
  // config
  'ini section': (n, v) => `[core]\nuser = ann\n\n[${n.provider('')}]\nhost = https://example.org\n${n.role()} = ${v}\n`,
  'toml section': (n, v) => `[providers.${n.provider('')}]\nenabled = true\n${n.role()} = "${v}"\n`,
  'yaml nested': (n, v) =>
    `services:\n  ${n.provider('')}:\n    enabled: true\n    region: us-east-1\n    credentials:\n      ${n.roleCamel()}: ${v}\n`,
  'yaml comment': (n, v) => `# ${n.Provider()} settings\nurl: https://example.org\n${n.role()}: ${v}\n`,
  'json nested': (n, v) => `{\n  "name": "app",\n  "${n.provider('')}": {\n    "enabled": true,\n    "${n.roleCamel()}": "${v}"\n  }\n}\n`,
  'json flat': (n, v) => `{"id":7,"${n.camel()}":"${v}","ok":true}`,
  'json in json': (n, v) => `{"body": "{\\"${n.snake()}\\": \\"${v}\\"}"}`,
  'k8s env': (n, v) => `        env:\n        - name: ${n.upper()}\n          value: "${v}"\n        - name: PORT\n          value: "80"\n`,
  'k8s stringData': (n, v) =>
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${n.provider('')}-credentials\ntype: Opaque\nstringData:\n  ${n.role()}: ${v}\n`,
  'ecs json': (n, v) => `"environment": [\n  { "name": "${n.upper()}", "value": "${v}" }\n]\n`,
  'compose list': (n, v) => `services:\n  web:\n    environment:\n      - NODE_ENV=production\n      - ${n.upper()}=${v}\n`,
  dockerfile: (n, v) => `FROM alpine\nENV ${n.upper()} ${v}\nRUN true\n`,
  'github actions': (n, v) => `    steps:\n      - uses: ${n.provider('')}/action@v2\n        with:\n          ${n.role()}: ${v}\n`,
  travis: (n, v) => `env:\n  global:\n    - ${n.upper()}=${v} FOO=1\n`,
  jenkins: (n, v) => `withEnv(['${n.upper()}=${v}', 'CI=1']) {`,
  'terraform provider': (n, v) => `provider "${n.provider('')}" {\n  region = "eu"\n  ${n.role()} = "${v}"\n}\n`,
  'terraform variable': (n, v) => `variable "${n.snake()}" {\n  type    = string\n  default = "${v}"\n}\n`,
  ansible: (n, v) => `- hosts: all\n  vars:\n    ${n.snake()}: '${v}'\n`,
  'properties colon': (n, v) => `spring.application.name=x\n${n.snake('.')} : ${v}\n`,
  'java flag': (n, v) => `java -D${n.snake('.')}=${v} -jar app.jar`,
  'dot net xml': (n, v) => `<appSettings>\n  <add key="${n.pascal()}" value="${v}" />\n</appSettings>\n`,
  'xml nested': (n, v) =>
    `<${n.provider('')}>\n  <url>https://example.org</url>\n  <${n.roleCamel()}>${v}</${n.roleCamel()}>\n</${n.provider('')}>\n`,
  'xml flat': (n, v) => `<${n.camel()}>${v}</${n.camel()}>`,
  'android string': (n, v) => `<resources>\n    <string name="${n.snake()}" translatable="false">${v}</string>\n</resources>\n`,
  plist: (n, v) => `<dict>\n\t<key>${n.pascal()}</key>\n\t<string>${v}</string>\n</dict>\n`,
  'android meta': (n, v) => `<meta-data\n    android:name="com.${n.provider('')}.${n.role().toUpperCase()}"\n    android:value="${v}" />\n`,
  nginx: (n, v) =>
    `location /${n.provider('')}/ {\n    proxy_pass https://api.${n.provider('')}.com/;\n    proxy_set_header Authorization "Bearer ${v}";\n}\n`,
  'connection string': (n, v) => `Endpoint=https://${n.provider('')}.com/;AccessKey=${v};Version=1.0;`,
  'toml env trailing comment': (n, v) => `${n.upper()}="${v}" # ${n.provider('')} prod, do not share\n`,
  // command lines and logs
  'command option': (n, v) => `$ ${n.provider('')} login --${n.role('-')} ${v}`,
  'command option equals': (n, v) => `${n.provider('')}-cli --${n.role('-')}=${v} deploy`,
  'command short option': (n, v) => `: 1655555555:0;${n.provider('')} auth -t ${v}`,
  'docker run': (n, v) => `docker run --rm -e ${n.upper()}=${v} ${n.provider('')}/agent:7`,
  'helm set': (n, v) => `helm install x ${n.provider('')}/${n.provider('')} --set ${n.provider('')}.${n.roleCamel()}=${v}`,
  'log line': (n, v) => `2023-04-11 09:12:33,120 DEBUG [main] ${n.provider('')}.client - using ${n.role(' ')} ${v}`,
  'log pair': (n, v) => `time="2024-01-01T00:00:00Z" level=info msg="started" ${n.snake()}=${v} took=3ms`,
  'log debug name': (n, v) => `[DEBUG] ${n.pascal()}: ${v} (cached)`,
  // SQL
  'sql insert': (n, v) => `INSERT INTO settings (name, value) VALUES ('${n.snake()}', '${v}');`,
  'sql update': (n, v) => `UPDATE accounts SET ${n.snake()} = '${v}' WHERE id = 3;`,
  csv: (n, v) => `service,kind,value\n${n.provider('')},${n.role()},${v}\n`,
  // prose and documents
  'markdown prose': (n, v) => `# ${n.Provider()} plugin\n\nYour ${n.role(' ')} is \`${v}\`, keep it safe.\n`,
  'markdown export': (n, v) => `## Usage with ${n.Provider()}\n\n\`\`\`sh\nexport ${n.role().toUpperCase()}=${v}\nmake run\n\`\`\`\n`,
  'markdown table': (n, v) => `| Name | Value |\n|---|---|\n| ${n.upper()} | ${v} |\n`,
  chat: (n, v) => `hey, here is the ${n.provider('')} ${n.role(' ')}: ${v} please rotate it`,
  'html table': (n, v) => `<tr><td>${n.Provider()} ${n.role(' ')}</td><td>${v}</td></tr>`,
  'html attribute': (n, v) => `<script src="https://cdn.${n.provider('')}.com/sdk.js" data-${n.role('-')}="${v}"></script>`,
  notebook: (n, v) => `   "source": [\n    "import ${n.provider('')}\\n",\n    "${n.provider('')}.${n.role()} = '${v}'\\n"\n   ]\n`,
  // apart from the keyword
  'value on the next line': (n, v) => `${n.upper()} =\n    "${v}"\n`,
  'yaml folded': (n, v) => `${n.snake()}: >-\n  ${v}\n`,
  'comment before constant': (n, v) => `// ${n.provider('')} production\nconst VALUE = "${v}";\n`,
  'comment after': (n, v) => `TOKEN = "${v}"  # ${n.provider('')}\n`,
  'host several lines away': (n, v) =>
    `BASE_URL = "https://${n.provider('')}.com/api/v1"\nTIMEOUT = 30\nRETRIES = 3\n${n.role().toUpperCase()} = "${v}"\n`,
  'id and secret': (n, v) => `${n.provider().toUpperCase()}_CLIENT_ID=${reversed(v)}\n${n.provider().toUpperCase()}_CLIENT_SECRET=${v}\n`,
  'id and secret object': (n, v) => `${n.Provider()}.init({ id: "${reversed(v)}", secret: "${v}" });`,
  'trailing comma, escaped quotes': (n, v) => `args := "\\"${n.snake()}\\":\\"${v}\\","`,
  'array of arguments': (n, v) => `"args": ["--${n.snake('-')}", "${v}"],`,
  'yaml args': (n, v) => `      args:\n        - --${n.snake('-')}=${v}\n`,
  'percent pair': (n, v) => `${n.snake()}%3D${v}%26next%3D1`,
  'typed python': (n, v) => `    ${n.snake()}: str = "${v}"  # noqa\n`,
  'python bytes': (n, v) => `${n.upper()} = b'${v}'\n`,
  'prefixed name': (n, v) => `REACT_APP_${n.upper()}=${v}`,
  'suffixed name': (n, v) => `${n.upper()}_PROD = ${v}`,
  'diff line': (n, v) => `@@ -1,2 +1,3 @@\n FOO=1\n+${n.upper()}=${v}\n`,
  'dotted assignment': (n, v) => `config.${n.provider('')}.${n.roleCamel()} = '${v}';`,
  'index assignment': (n, v) => `config["${n.provider('')}"]["${n.role()}"] = "${v}"`,
  'env file with title': (n, v) => `# --- ${n.provider('')} ---\nHOST=example.org\n\n${n.role().toUpperCase()}=${v}\nDEBUG=0\n`,
};

/** What is written to show that a scanner keeps silent. */
const silent: Readonly<Record<string, Write>> = {
  'too short': (n, v) => `${n.snake()} = '${v.slice(0, Math.min(9, Math.ceil(v.length / 2)))}'`,
  'too long': (n, v) => `${n.snake()} = '${v}${v}${reversed(v)}${v}'`,
  'wrong character': (n, v) => `${n.provider('')} token = '${v.slice(0, 5)}?${v.slice(6, -4)}^${v.slice(-3)}'`,
  'far keyword': (n, v) =>
    `${n.provider('')} keyword is not close to the real value in the data\n${'filler text of no meaning, one line after another\n'.repeat(8)} = '${v}'`,
  'no keyword': (_, v) => `value: ${v}`,
  'x run': (n, v) => `${n.upper()}=${'x'.repeat(v.length)}`,
  'your here': (n) => `${n.upper()}=your_${n.snake()}_here`,
  angle: (n) => `${n.upper()}=<your-${n.snake('-')}>`,
  mustache: (n) => `${n.snake()}: {{ .Values.${n.camel()} }}`,
  dollar: (n) => `${n.snake()}: \${${n.upper()}}`,
  'actions secret': (n) => `${n.upper()}: \${{ secrets.${n.upper()} }}`,
  'get env': (n) => `${n.snake()} = os.getenv("${n.upper()}")`,
  stars: (n, v) => `${n.upper()}=${v.slice(0, 4)}****************`,
  counting: (n) => `${n.upper()}="12345678901234567890123456789012"`,
  abc: (n) => `${n.upper()}="abcdefghijklmnopqrstuvwxyz123456"`,
  deadbeef: (n) => `${n.upper()}=deadbeefdeadbeefdeadbeefdeadbeef`,
  'example word': (n, v) => `${n.upper()}=EXAMPLE${v.slice(0, 6)}EXAMPLEKEY`,
  'uuid id': (n) => `${n.provider('')}_request_id: 3f2b8c1e-5a47-4d09-9e6b-7c1d2f3a4b5c`,
  sha: (n) => `${n.provider('')}_commit_sha = 5f3c1b8e9a7d2f4c6b0e1a3d5c7f9b2e4d6a8c0f`,
  integrity: (n, v) => `"integrity": "sha512-${Buffer.from(v + reversed(v)).toString('base64')}", // ${n.provider('')}`,
  'checksum file': (n) => `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  ${n.provider('')}-1.2.3.tar.gz\n`,
  'public key': (n, v) => `${n.provider('')}_public_key = "${v}"`,
  identifier: (n) => `${n.snake()} = ${n.provider('')}Client.${n.camel()}FromEnvironment`,
  path: (n) => `${n.snake()}_file: /etc/${n.provider('')}/${n.snake('-')}.pem`,
  function: (n) => `${n.snake()} = get_secret("${n.provider('')}/${n.snake('-')}")`,
  'url only': (n) => `${n.provider('')}_token_url=https://auth.${n.provider('')}.com/oauth/token/endpoint/v2`,
  sentence: (n) => `The ${n.provider('')} ${n.role(' ')} must be 32 characters long and hold digits and letters.`,
  'camel words': (n) => `${n.snake()} = "thisIsNotARealSecretValueAtAll"`,
  'all one letter': (n) => `${n.snake()} = "${'a'.repeat(32)}"`,
  'repeated pair': (n) => `${n.snake()} = "${'ab12'.repeat(8)}"`,
  null: (n) => `${n.snake()}: null\n${n.upper()}=\n`,
  changeme: (n) => `${n.upper()}=changeme`,
  'image digest': (n) => `image: ${n.provider('')}/agent@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
  regex: (n) => `${n.snake()}_pattern = r"[a-f0-9]{32}[A-Za-z0-9_-]{10,}"`,
  'base64 words': (n) => `${n.snake()}: ${Buffer.from(`this is only an example ${n.provider('')}`).toString('base64')}`,
  'dotted name': (n) => `${n.camel()}=com.${n.provider('')}.security.token.DefaultTokenProvider`,
  'uuid zero': (n) => `${n.upper()}=00000000-0000-0000-0000-000000000000`,
  'html entity': (n) => `<input name="${n.snake()}" placeholder="Paste your ${n.role(' ')}">`,
  'css class': (n) => `.${n.provider('')}-${n.role('-')}-input-field-wrapper-container { color: red }`,
  i18n: (n) => `"${n.snake()}_label": "${n.Provider()} ${n.role(' ')}",`,
};

/** Small files as authors of scanners write them for their tests: each holds a secret. */
export const authorPlaces: Readonly<Record<string, (assignment: Assignment) => string>> = written(tests);
/** The same where nothing must be found. */
export const silentPlaces: Readonly<Record<string, (assignment: Assignment) => string>> = written(silent);
