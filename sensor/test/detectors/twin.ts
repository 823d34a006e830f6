import type { CompiledRules } from '../../src/detectors/compile.ts';
import { literals } from '../../src/detectors/literals.ts';
import {
  CHANGE_EVERY,
  KEYWORD_LINES,
  KEYWORD_REACH,
  KEYWORD_RUN_MAX,
  KEYWORDS_OF_RUN_MAX,
  KIND_BASE64,
  KIND_KEYWORD,
  KIND_LITERAL,
  KIND_PREFIX,
  PREFIX_BACK,
  RUN_MIN,
  URL_AUTHORITY_MAX,
} from '../../src/memory/index.ts';

/** Pass 1 in plain scalar JavaScript, over a whole file at once. Returns `offset kind text` lines, sorted. */
export function twinFind(text: string, rules: CompiledRules): string[] {
  const found = new Set<string>();
  for (const run of text.matchAll(/[A-Za-z0-9_-]+/g)) {
    if (run[0].length >= RUN_MIN) for (const line of ofRun(text, run.index, run[0], rules)) found.add(line);
  }
  for (const [id, literal] of Object.values(literals).entries()) {
    const folded = 'folded' in literal;
    const hay = folded ? text.toLowerCase() : text;
    for (let at = hay.indexOf(literal.text); at >= 0; at = hay.indexOf(literal.text, at + 1)) {
      const isUrl = literal.text.startsWith(':') && literal.text.endsWith('/');
      const after = at + literal.text.length;
      if (isUrl && startsPrefix(text, after, rules)) found.add(`${after} ${KIND_PREFIX}`);
      if (!isUrl || hasUserInfo(text, after)) found.add(`${at} ${KIND_LITERAL} ${id}`);
    }
  }
  return [...found].sort();
}

function* ofRun(text: string, start: number, run: string, rules: CompiledRules): Generator<string> {
  const places = new Set([start]);
  if (start > 0) places.add(start - 1);
  if (text[start - 1] === '\\') places.add(start + 1);
  if (text.slice(start - 1, start + 1) === '\\u') places.add(start + 5);
  if (text[start - 1] === '%') places.add(start + 2);
  for (const { index } of run.matchAll(/[-_](?=[A-Za-z0-9_-])/g)) places.add(start + index + 1);
  for (let at = start - 1; at >= 0 && start - at < PREFIX_BACK && /[A-Za-z0-9_.:~-]/.test(text.charAt(at)); at--) {
    if (at === 0 || !/[A-Za-z0-9]/.test(text.charAt(at - 1))) places.add(at);
  }
  for (const at of places) {
    if (startsPrefix(text, at, rules)) yield `${at} ${KIND_PREFIX}`;
  }
  if (run.length >= 24 && !/[+/]/.test(text.charAt(start - 1)) && isText(run.slice(0, 24))) yield `${start} ${KIND_BASE64}`;
  const random = count(run, /[0-9]/g) >= 1 && count(run, /[A-Za-z]/g) >= 2;
  const mixed = count(run, /[a-z](?=[A-Z])/g) >= 2 && count(run, /[A-Z](?=[A-Z])/g) >= 1;
  const changes = count(run, /[a-z](?=[A-Z])|[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])/g);
  if (run.length <= KEYWORD_RUN_MAX && (random || mixed) && changes * CHANGE_EVERY >= run.length) {
    const lead = endsEscape(text, start) || text.slice(start - 1, start + 1) === ':-' ? 1 : 0;
    if (run.length - lead >= RUN_MIN) yield* keywords(text, start + lead, run.slice(lead), rules);
  }
}

const traits = [/[a-f]/, /[g-z]/, /[A-F]/, /[G-Z]/, /[0-9]/, /-/, /_/];
const goesOn = /^(?:api|key|tok|sec|acc|aut|pas|cli|pri|app|pat)/i;

function* keywords(text: string, start: number, run: string, rules: CompiledRules): Generator<string> {
  const { length } = run;
  const kinds = traits.reduce((bits, kind, place) => bits | (kind.test(run) ? 1 << place : 0), 0);
  let lines = 0;
  let found = 0;
  for (let at = start - 1; at >= Math.max(0, start - KEYWORD_REACH); at--) {
    if (text[at] === '\n' && ++lines === KEYWORD_LINES) return;
    if (!/^(?:[^A-Za-z]|[a-z](?=[A-Z]))[A-Za-z]$/.test(at === 0 ? ` ${text[0]}` : text.slice(at - 1, at + 1))) continue;
    const hides = at > 0 && (endsEscape(text, at) ? !/[A-Z]/.test(text.charAt(at + 1)) : text.slice(at - 1, at + 1) === '-D');
    for (const from of hides ? [at, at + 1] : [at]) {
      for (const anchor of rules.keywords.toReversed()) {
        const fits = length >= anchor.run[0] && length <= anchor.run[1] && from + anchor.text.length <= start;
        if (!fits || text.slice(from, from + anchor.text.length).toLowerCase() !== anchor.text) continue;
        if ((kinds & ~anchor.traits) !== 0) continue;
        const rest = text.slice(from + anchor.text.length, start + run.length);
        const hump = /^[A-Z]/.test(rest) && /[a-z]/.test(text.charAt(from + anchor.text.length - 1));
        const ends = from + anchor.text.length >= start || /^[^A-Za-z]/.test(rest) || hump || goesOn.test(rest);
        if (anchor.whole && !ends) continue;
        yield `${start} ${KIND_KEYWORD} ${anchor.text} ${anchor.whole} ${length} ${kinds}`;
        if (++found === KEYWORDS_OF_RUN_MAX) return;
      }
    }
  }
}

const endsEscape = (text: string, at: number): boolean => at > 0 && text[at - 1] === '\\' && /[nrt]/.test(text.charAt(at));
const startsPrefix = (text: string, at: number, rules: CompiledRules): boolean =>
  rules.prefixes.some((anchor) => text.startsWith(anchor.text, at));
const count = (text: string, expression: RegExp): number => [...text.matchAll(expression)].length;

function isText(base64: string): boolean {
  return /^[\x20-\x7e\t\n\r]{18}$/.test(Buffer.from(base64, 'base64').toString('latin1'));
}

function hasUserInfo(text: string, at: number): boolean {
  const authority = /^[^\0- "'/<>`]*/.exec(text.slice(at, at + URL_AUTHORITY_MAX))?.[0] ?? '';
  return /:[^]*@/.test(authority) || authority.lastIndexOf('@') >= RUN_MIN;
}
