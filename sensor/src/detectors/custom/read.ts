import { TidewaiterError } from '@tidewaiter/shared/errors';
import { type Document, isAlias, isMap, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { faultOfExamples } from './examples.ts';
import { Faults, type Fields } from './faults.ts';
import { readRule } from './read-rule.ts';
import { CUSTOM_LITERALS_MAX, CUSTOM_RULES_MAX, type CustomRule, RULES_FILE_BYTES_MAX } from './spec.ts';

/**
 * The rules of a file. @param taken names that custom rules may not have.
 * @throws config.invalid naming all that is wrong, each with line, field, what was got, what is wanted.
 */
export function readRules(text: string, file: string, taken: ReadonlySet<string>): readonly CustomRule[] {
  const faults = new Faults();
  const rules = text.length > RULES_FILE_BYTES_MAX ? tooLong(text, faults) : rulesIn(text, faults, taken);
  if (faults.count === 0) return rules;
  throw new TidewaiterError('config.invalid', {
    which: `custom rules in ${file}`,
    got: faults.text,
    remedy: 'docs/custom-rules.md says what a rule may hold.',
  });
}

function tooLong({ length }: string, faults: Faults): readonly CustomRule[] {
  faults.add(1, 'the file', `${length} bytes`, `at most ${RULES_FILE_BYTES_MAX}`);
  return [];
}

function rulesIn(text: string, faults: Faults, taken: ReadonlySet<string>): readonly CustomRule[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  for (const { message, linePos } of document.errors)
    faults.add(linePos?.[0].line ?? 1, 'YAML', message.split('\n')[0] ?? message, 'YAML 1.2');
  refuseAliases(document, lines, faults);
  if (faults.count > 0) return [];
  const top = fieldsOf(document.contents, lines);
  if (top === null) return misses(faults, 1, 'the file', 'a mapping of `version` and `rules`');
  for (const [name, { line }] of top.entries)
    if (name !== 'version' && name !== 'rules') faults.add(line, name, 'an unknown field', 'version, rules');
  const version = top.entries.get('version');
  if (version?.value !== 1) faults.add(version?.line ?? 1, 'version', JSON.stringify(version?.value ?? null), '1');
  const list = isMap(document.contents) ? document.contents.get('rules', true) : null;
  if (!isSeq(list) || list.items.length === 0 || list.items.length > CUSTOM_RULES_MAX)
    return misses(faults, top.entries.get('rules')?.line ?? 1, 'rules', `a list of 1 to ${CUSTOM_RULES_MAX} rules`);
  const read = list.items.map((item, at) => readOne(item, at, lines, faults));
  checkTogether(read, faults, taken);
  return read.flatMap((one) => (one === null ? [] : [one.rule]));
}

interface ReadOne {
  readonly rule: CustomRule;
  readonly line: number;
}

function readOne(item: unknown, at: number, lines: LineCounter, faults: Faults): ReadOne | null {
  const fields = fieldsOf(item, lines);
  if (fields === null) {
    faults.add(1, `rules[${at}]`, 'something else', 'a mapping');
    return null;
  }
  const before = faults.count;
  const read = readRule(fields, `rules[${at}]`, faults);
  if (read === null || faults.count > before) return null;
  const line = fields.entries.get('examples')?.line ?? fields.line;
  for (const fault of faultOfExamples(read.rule, read.examples))
    faults.add(line, `rules[${at}] (${read.rule.id}): ${fault.field}`, fault.got, fault.want);
  return { rule: read.rule, line: fields.line };
}

function checkTogether(read: readonly (ReadOne | null)[], faults: Faults, taken: ReadonlySet<string>): void {
  const seen = new Set(taken);
  let literals = 0;
  for (const one of read) {
    if (one === null) continue;
    const { rule, line } = one;
    if (seen.has(rule.id)) faults.add(line, 'id', `${rule.id}, which is a detector already`, 'a name of its own');
    seen.add(rule.id);
    if (rule.anchor.kind === 'literal' && ++literals === CUSTOM_LITERALS_MAX + 1)
      faults.add(line, 'literal', `more than ${CUSTOM_LITERALS_MAX} rules with one`, 'prefix or keyword in the others, which cost nothing');
  }
}

/** One that repeats another part of the file could make a small file large. */
function refuseAliases(document: Document, lines: LineCounter, faults: Faults): void {
  visit(document, (_key, node) => {
    if (isAlias(node)) faults.add(lineOf(node, lines), 'YAML', 'an alias', 'the value itself');
  });
}

function misses(faults: Faults, line: number, field: string, want: string): readonly CustomRule[] {
  faults.add(line, field, 'something else', want);
  return [];
}

const lineOf = (node: Node, lines: LineCounter): number => lines.linePos(node.range?.[0] ?? 0).line;

/** A mapping's members as plain values with the lines they stand in; null for anything else. */
function fieldsOf(node: unknown, lines: LineCounter): Fields | null {
  if (!isMap(node)) return null;
  const entries = new Map<string, { readonly value: unknown; readonly line: number }>();
  for (const { key, value } of node.items) {
    const name = String(key);
    const line = isNode(key) ? lineOf(key, lines) : lineOf(node, lines);
    entries.set(name, { value: isNode(value) ? (value.toJSON() as unknown) : value, line });
  }
  return { line: lineOf(node, lines), entries };
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'range' in value;
