import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { builtInRules, chooseRules, readCustomRules, ruleSetHash, RULES_FILE_BYTES_MAX, usualRules } from '../../src/detectors/index.ts';
import { CUSTOM_LITERALS_MAX, CUSTOM_RULES_MAX } from '../../src/detectors/custom/spec.ts';
import { TidewaiterError } from '@tidewaiter/shared/errors';
import { createRng } from '@tidewaiter/dev-cloud/samples';
import { optInRules as optInRulesOf } from '../../src/detectors/rules/opt-in.ts';
import { githubToken } from '../secrets.ts';
import { requiredLiteral } from '../../src/detectors/custom/required-literal.ts';
import { literals } from '../../src/detectors/literals.ts';
import { LITERALS_MAX } from '../../src/memory/index.ts';
import { matchesOf } from './feed.ts';

const optInRules = optInRulesOf(builtInRules);

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const page = readFileSync(new URL('../../../docs/custom-rules.md', import.meta.url), 'utf8');
const documented = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';

const rule = (more = '', id = 'acme-token') => `
  - id: ${id}
    name: Acme token
    pattern: 'acme_[0-9a-f]{32}'
    examples: { match: ['acme_${hex(16)}'], miss: ['acme_1'] }
    ${more}`;
const fileOf = (...rules: readonly string[]): string => `version: 1\nrules:${rules.join('')}\n`;
const read = (text: string) => readCustomRules(text, 'rules.yaml');
const rulesIn = async (text: string) => (await chooseRules({ enable: [], disable: [], custom: await read(text) })).rules;

t.test('the rules of the documentation find what they say, beside the built-in ones, wherever a file is cut', async (t) => {
  const rules = await rulesIn(documented);
  t.equal(rules.length, usualRules.rules.length + 2);
  const [token, key] = [`acme_${hex(16)}`, hex(20)];
  const text = Buffer.from(`x=1\nTOKEN=${token}\nledger_key: ${key}\n`);
  const found = (cuts: readonly number[] = []) =>
    matchesOf(text, cuts, rules).map((match) => [match.detector, match.confidence, match.text, match.line]);
  const wanted = [
    ['acme-deploy-token', 'likely', token, 2],
    ['acme-ledger-key', 'possible', key, 3],
  ];
  t.strictSame(found(), wanted);
  for (let cut = 1; cut < text.length; cut++) t.strictSame(found([cut]), wanted, `cut at ${cut}`);
  t.match(matchesOf(text, [], rules)[0], { preview: 'acme_…(37)' }, 'a preview shows the prefix of the rule and nothing of the secret');
});

t.test('a literal is found anywhere, in no run of token characters', async (t) => {
  const rules = await rulesIn(
    fileOf(`
  - id: acme-pin
    name: Acme PIN
    literal: 'pin:=:'
    pattern: 'pin:=:(?P<secret>[0-9]{6})'
    examples: { match: ['pin:=:391827'], miss: ['pin:=:39'] }`),
  );
  const text = Buffer.from(`..pin:=:528193\n${'-'.repeat(70)}pin:=:660471 pin:=:12`);
  t.strictSame(
    matchesOf(text, [30, 95], rules).map((match) => match.text),
    ['528193', '660471'],
  );
  t.strictSame(matchesOf(text, [], usualRules.rules), []);
});

t.test('a rule without a place for the first pass is refused with the reason', async (t) => {
  await t.rejects(read(fileOf(rule())), {
    code: 'config.invalid',
    message:
      /line 3, rules\[0\]\.prefix: got none, want one of prefix, literal or keyword: a rule without one would have to try its pattern on every byte/,
  });
  await t.rejects(read(fileOf(rule('prefix: ac'))), { message: /prefix: got "ac", want 3 to 28 ASCII/ });
  await t.rejects(read(fileOf(rule("prefix: acme_\n    literal: 'acme_'"))), { message: /got prefix and literal, want one of/ });
});

t.test('everything wrong is named at once, by line and field', async (t) => {
  const text = `version: 2
rules:
  - id: Acme
    name: ''
    confidence: certain
    prefix: acme_
    pattern: '(?=a)b'
    windows: [1, 2]
    examples: { match: [], miss: ['x'] }
  - id: ${builtInRules[0]?.id}
    name: Taken
    keyword: acme
    run: [40, 20]
    pattern: 'a{600}b{401}'
    window: [1, 9000]
    examples: { match: ['x'], miss: ['x'] }
extra: 1
`;
  const error = await read(text).then(
    () => null,
    (cause: Error) => cause,
  );
  const said = error?.message ?? '';
  for (const [line, field] of [
    [17, 'extra'],
    [1, 'version'],
    [8, 'rules\\[0\\]\\.windows'],
    [3, 'rules\\[0\\]\\.id'],
    [4, 'rules\\[0\\]\\.name'],
    [7, 'rules\\[0\\]\\.pattern'],
    [5, 'rules\\[0\\]\\.confidence'],
    [9, 'rules\\[0\\]\\.examples'],
    [13, 'rules\\[1\\]\\.run'],
    [14, 'rules\\[1\\]\\.pattern'],
    [15, 'rules\\[1\\]\\.window'],
  ] as const)
    t.match(said, new RegExp(`line ${line}, ${field}: got .*, want `), field);
  await t.rejects(read(fileOf(rule('prefix: acme_', builtInRules[0]?.id))), { message: /which is a detector already/ });
  await t.rejects(read(fileOf(rule('prefix: acme_'), rule('prefix: acme_'))), {
    message: /line 8, id: got acme-token, which is a detector already/,
  });
  await t.rejects(read('version: [1'), { message: /line \d+, YAML/ });
  await t.rejects(read('a: &a 1\nb: *a'), { message: /line 2, YAML: got an alias/ });
  await t.rejects(read('- 1'), { message: /want a mapping/ });
});

t.test('examples are tried by the engine, and told by number, never by text', async (t) => {
  const secret = `acme_${hex(16)}`;
  const wrong = fileOf(rule('prefix: acme_').replace(/examples:.*/, `examples: { match: ['${secret}', 'other'], miss: ['${secret}'] }`));
  const error = await read(wrong).then(
    () => null,
    (cause: Error) => cause,
  );
  t.match(
    error?.message,
    /examples\.match\[1\]: got no match, want a text that holds the prefix acme_; .*examples\.miss\[0\]: got a match, want none/,
  );
  t.notMatch(error?.message, secret);
});

t.test('a file is held to its bounds', async (t) => {
  const many = (count: number, anchor: string) => fileOf(...Array.from({ length: count }, (_, at) => rule(anchor, `acme-${at}`)));
  t.equal((await read(many(CUSTOM_LITERALS_MAX, 'literal: acme_'))).length, CUSTOM_LITERALS_MAX);
  await t.rejects(read(many(CUSTOM_LITERALS_MAX + 1, 'literal: acme_')), { message: /more than 16 rules with one/ });
  t.ok(Object.keys(literals).length + CUSTOM_LITERALS_MAX <= LITERALS_MAX, 'they all fit the table of pass 1');
  await t.rejects(read(many(CUSTOM_RULES_MAX + 1, 'prefix: acme_')), { message: /want a list of 1 to 500 rules/ });
  await t.rejects(read(`#${'x'.repeat(RULES_FILE_BYTES_MAX)}`), { message: /want at most 1048576/ });
  t.equal((await read(fileOf(rule(`prefix: acme_ #${'x'.repeat(RULES_FILE_BYTES_MAX - 400)}`)))).length, 1);
});

t.test('fifty faults are told one by one, of each value 200 characters; of more how many there are', async (t) => {
  const unknown = (count: number) => Array.from({ length: count }, (_, at) => `x${at}: 1\n`).join('');
  const saidOf = async (text: string) => {
    const error: unknown = await read(text).catch((cause: unknown) => cause);
    return error instanceof TidewaiterError ? { code: error.code, got: error.facts.got ?? '' } : { code: null, got: String(error) };
  };
  const fifty = await saidOf(`${fileOf(rule('prefix: acme_'))}${unknown(50)}`);
  t.match(fifty, { code: 'config.invalid', got: /^50 faults: .*line \d+, x49: got an unknown field, want version, rules$/ });
  // The rule that comes after the bound is no better for it: its examples are not tried.
  const more = await saidOf(`${unknown(50)}${fileOf(rule('prefix: acme_').replace('acme_[', '(acme_['))}`);
  t.match(more, { code: 'config.invalid', got: /^51 faults: .*x49: got an unknown field, want version, rules; and 1 more$/ });
  for (const length of [198, 199]) {
    const { got } = await saidOf(fileOf(rule('prefix: acme_')).replace('version: 1', `version: ${'v'.repeat(length)}`));
    t.match(got, length === 198 ? `got "${'v'.repeat(198)}", want 1` : `got "${'v'.repeat(199)}, want 1`);
  }
});

t.test('an expression that takes a RegExp hours takes milliseconds', async (t) => {
  const slow = `
  - id: slow
    name: Slow
    prefix: acme_
    pattern: 'acme_(a+a+)+(?P<secret>b)'
    examples: { match: ['acme_aaaaaaaaaaaab'], miss: ['acme_a'] }`;
  const rules = await rulesIn(fileOf(slow));
  const since = performance.now();
  matchesOf(Buffer.from(`acme_${'a'.repeat(60)} `.repeat(200)), [], rules);
  t.ok(performance.now() - since < 5_000);
});

t.test('the rule set hash covers custom rules and what is switched on and off', async (t) => {
  const hashOf = async (text: string, disable: readonly string[] = []) =>
    ruleSetHash((await chooseRules({ enable: [], disable, custom: await read(text) })).rules);
  const one = fileOf(rule('prefix: acme_'));
  const hashes = [
    ruleSetHash(usualRules.rules),
    await hashOf(one),
    await hashOf(one.replace('{32}', '{16,32}')),
    await hashOf(fileOf(rule('literal: acme_'))),
    await hashOf(fileOf(rule('prefix: acme_\n    window: [10, 900]'))),
    await hashOf(one, [builtInRules[0]?.id ?? '']),
  ];
  t.equal(new Set(hashes).size, hashes.length);
  t.equal(await hashOf(one), hashes[1]);
  t.equal(await hashOf(one, ['acme-token']), hashes[0], 'a rule that is off is not there');
});

t.test('what every match must hold is read from an expression only where there is no doubt', async (t) => {
  for (const [pattern, literal] of [
    ['acme_[0-9a-f]{32}', 'acme_'],
    ['(?i)ledger[_-]?key["\' ]{0,3}[:=](?P<secret>corp7[0-9a-f]{40})', 'ledger'],
    ['x(?:abc|def)y', null],
    ['(?:abcd)?ef', null],
    ['(?i-s:abcd)+e', 'abcd'],
    ['abc|def', null],
    ['abcd*e{2}fgh?', 'abc'],
    ['abcd{0,2}x', 'abc'],
    [String.raw`\101bc\x41de[abc]`, null],
    [String.raw`abc\(def`, null],
    ['(a(b|c)(defg))', 'defg'],
  ] as const)
    t.equal(requiredLiteral(pattern), literal, pattern);
});

t.test('the generic detectors are off unless their name is asked for, and yield to all others', async (t) => {
  const { rules } = await chooseRules({ enable: optInRules.map(({ id }) => id), disable: [], custom: [] });
  t.equal(rules.length, usualRules.rules.length + 2);
  t.notOk(usualRules.rules.some(({ id }) => optInRules.some((one) => one.id === id)));
  const found = (text: string, among = rules) => matchesOf(Buffer.from(text), [], among).map(({ detector }) => detector);
  for (const { id, examples, nearMisses } of optInRules) {
    for (const text of examples(createRng(3))) {
      t.strictSame(found(text), [id], text);
      t.strictSame(
        found(text, usualRules.rules).filter((one) => one === id),
        [],
      );
    }
    for (const text of nearMisses(createRng(3))) t.notOk(found(text).includes(id), text);
  }
  t.strictSame(found(`api_key: ${githubToken()}\npassword=${githubToken()}`), ['github-pat', 'github-pat']);
});
