/** How a value stands to a provider's word before it. */
export type Standing =
  /** The value of a name that says provider and secret: `ATERA_API_KEY=`, `atera: {apiKey: "` */
  | 'named'
  /** The word, and a word for secrets, stand before the value on its line. */
  | 'mentioned'
  | 'none';

/** Where a provider's word stands in the text before a value. */
export interface Mention {
  /** From the beginning of the identifier that holds the word to the value. */
  readonly span: string;
  readonly identifier: string;
  readonly word: string;
}

/** What names of secrets say besides the provider's. */
const telling =
  /key(?!words?|board|frame|ring|_?ids?\b|s?tone|up|down|press|code|space)|token(?!_?type|iz)|secret|passw|pwd|auth(?!or(?!iz))|credential|(?<![a-z])(?:pat|jwt|access|bearer)(?![a-z])/i;
/** Names of values that look random and are no secret. */
const harmless =
  /sha-?(?:1|2|224|256|384|512)(?![0-9])|md5|crc|hash|digest|checksum|integrity|commit|revision|\brev\b|etag|fingerprint|thumbprint|cache|nonce|[ug]uid|build|trace|request|resolved|version|public|licen[cs]e_?id|\bid\b|[a-z]Id\b|_id\b|\bref\b|branch|\bimage\b|blob|font|\bicon|selector|class/i;
/** Words between an identifier and its value that name neither. */
const fillers = /\b(?:value|default|val|string|str|text|data|bearer|basic|token|const|char|name|var|env|type|final|static|str)\b/gi;
const operator = /(?:[=:>,(]|\bis\b)[\s"'`\\[{(]{0,8}(?:(?:Bearer|Basic|token)\s)?$/i;
const REACH = 112;

/** The text before a value that can speak of it: its line, and the one before. */
export function textBefore(text: string, start: number): string {
  const near = text.slice(Math.max(0, start - REACH), start);
  const line = near.lastIndexOf('\n');
  return near.slice(line < 0 ? 0 : near.lastIndexOf('\n', line - 1) + 1);
}

/** The last mention of one of the words (in lower case), as a word, before a value. */
export function mentionOf(before: string, words: readonly string[]): Mention | null {
  const folded = before.toLowerCase();
  let best: Mention | null = null;
  let bestAt = -1;
  for (const word of words) {
    for (let at = folded.lastIndexOf(word); at > bestAt; at = at === 0 ? -1 : folded.lastIndexOf(word, at - 1)) {
      if (!isWord(before, at, at + word.length)) continue;
      const from = identifierStart(before, at);
      const identifier = /^[\w$-]*/.exec(before.slice(from))?.[0] ?? '';
      best = { span: before.slice(from), identifier, word: before.slice(at, at + word.length) };
      bestAt = at;
      break;
    }
  }
  return best;
}

/** As wasm/finder.ts has it of a keyword that is a whole word. */
function isWord(text: string, from: number, to: number): boolean {
  const first = text.charAt(from);
  const begins = from === 0 || !/[A-Za-z]/.test(text.charAt(from - 1)) || (/[A-Z]/.test(first) && /[a-z]/.test(text.charAt(from - 1)));
  const hump = /[a-z]/.test(text.charAt(to - 1)) && /[A-Z]/.test(text.charAt(to));
  return begins && (hump || /^(?:$|[^A-Za-z]|api|key|tok|sec|acc|aut|pas|cli|pri|app|pat)/i.test(text.slice(to, to + 3)));
}

function identifierStart(text: string, at: number): number {
  let from = at;
  while (from > 0 && /[\w$-]/.test(text.charAt(from - 1))) from--;
  return from;
}

/** How the value after `span` stands to its provider's word. */
export function standingOf({ span, identifier, word }: Mention): Standing {
  const rest = span.replace(word, '');
  const after = span.slice(identifier.length);
  if (harmless.test(identifier.replace(word, '')) || harmless.test(lastName(after))) return 'none';
  const tells = telling.test(rest);
  const isAssigned = operator.test(span);
  if (!tells) return isAssigned && isStructure(after, 0) ? 'mentioned' : 'none';
  if (isStructure(after, 2) && (isAssigned || (telling.test(identifier.replace(word, '')) && /^["']?\s{1,8}["']?$/.test(after))))
    return 'named';
  return span.includes('\n') ? 'none' : 'mentioned';
}

/** What a value is assigned to, where that is not the identifier itself: `{id: 7, token: ` says token. */
function lastName(after: string): string {
  return after.slice(Math.max(after.lastIndexOf(','), after.lastIndexOf(';'), after.lastIndexOf('{'), after.lastIndexOf('\n')) + 1);
}

/** True when nothing but punctuation and at most `words` names stand there: no sentence. */
function isStructure(text: string, words: number): boolean {
  const rest = text.replaceAll(fillers, '').match(/[A-Za-z][\w-]*/g) ?? [];
  return rest.length <= words && !/[A-Za-z] [A-Za-z]/.test(text.replaceAll(fillers, ''));
}
