import { KEYWORD_LINES } from '../memory/index.ts';

/** How a value stands to a provider's word before it. */
export type Standing =
  /** The value of a name that says provider and secret: `ATERA_API_KEY=`, `atera api key: ` */
  | 'named'
  /** The value of a name that says secret, in a part of the provider's name: `atera: {apiKey: "` */
  | 'inside'
  /** The value of a name that says secret; the provider's word is in the sentence or the line before. */
  | 'beside'
  /** The word is the value's name, or the word and a word for secrets stand before it. */
  | 'mentioned'
  /** The word stands before it, and neither it nor a name between them says what the value is. */
  | 'around'
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
  /sha-?(?:1|2|224|256|384|512)(?![0-9])|md5|crc|hash|digest|checksum|integrity|commit|revision|\brev\b|etag|fingerprint|thumbprint|cache|nonce|[ug]uid|build|trace|request|resolved|version|vector|public|licen[cs]e_?id|git_?head|(?:next|page|continuation)_?token|\bid\b|(?:user|app|client|account|tenant|object|order|device|session|project|group|org|team|customer|merchant|message|event|channel|parent|thread|job|run|key)id\b|_id\b|\bref\b|branch|\bimage\b|blob|font|\bicon|selector|class/i;
/** `accountId`: a small `id` ends other words, too (`android`, `valid`). */
const endsInId = /[a-z]Id(?:\b|_)/;
/** Words between an identifier and its value that name neither, and those that only say what kind of secret it is. */
const fillers =
  /\b(?:value|default|val|string|str|text|data|bearer|basic|const|char|name|var|env|type|final|static|sensitive|true|false|null|none|nil|is|was|the|my|our|a|api|rest|access|secret|auth|private|client|app|personal|live|test|prod|production|service|account|user|oauth2?|token|key|password|credentials?|header)s?\b/gi;
/** What stands between a name and its value, in the languages of programs, configurations, shells and logs. */
const operator =
  /(?:[=:>,(|?]|<-|\b(?:is|was|or)\b|(?<=\s)--?[A-Za-z][\w-]{0,40}(?=[\s=]))[\s"'`\\[{(@=&|>+-]{0,24}(?:(?:Bearer|Basic|token|key|str|string)[\s:=]{1,3})?(?:\b(?:q[qw]?|br?|rb?|u|f|n)['"`{(|]{1,3})?$/i;
/** A line that ends in a word for secrets, and the value on the next. */
const headed = /(?:key|token|secret|password)s?[:.]?\s{0,4}\n\s{0,16}["'`]?$/i;
/** The columns of a table's rows, then a row's beginning. */
const sqlValues = /^[`"\])\w\s,]{0,80}\bVALUES\s{0,4}\([^()]{0,80}$/i;
const urlParameter = /[?&;][\w.-]{1,40}=$/;
/** How far before a value a word may stand that is joined to it by a sentence or by nothing. */
const PROSE_MAX = 64;
/** Of a Go module's content: go.sum. */
const goSum = /\bh1:/;
const REACH = 160;

/** The text before a value that can speak of it; in a binary only what stands in one piece with it. */
export function textBefore(text: string, start: number): string {
  const reach = text.slice(Math.max(0, start - REACH), start);
  const near = reach.slice(afterControl(reach));
  let line = near.length;
  for (let lines = 0; lines < KEYWORD_LINES; lines++) {
    line = near.lastIndexOf('\n', line - 1);
    if (line <= 0) return near;
  }
  return near.slice(line + 1);
}

/** A line of a comment that documents a program, also where its text is in a source map. */
const docComment = /(?:^|\\n)[ \t]{0,16}(?:\\t){0,4}\*[ \t\\]/;

/** True for a value in such a comment: an example. */
export function isDocumented(text: string, start: number): boolean {
  const line = Math.max(0, start - REACH, start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1);
  return docComment.test(text.slice(line, start));
}

/** A sign that no key holds, and more of the value on its other side. */
const [pieceBefore, pieceBehind] = [/(?:[A-Za-z0-9][!^~*]|(?:^|[\s"'`=:(])[A-Za-z0-9]{3,80}\?)$/, /^[?!^~*][A-Za-z0-9]/];

/** Is it a piece of a longer value, in which a sign stands that makes it no key: `k7f?3q9`? */
export function isPiece(text: string, start: number, end: number): boolean {
  return pieceBehind.test(text.slice(end, end + 2)) || pieceBefore.test(text.slice(Math.max(0, start - PIECE_REACH), start));
}
const PIECE_REACH = 84;

/** Behind the last character that no text holds. */
function afterControl(text: string): number {
  let at = text.length;
  while (at > 0 && !isControl(text.charCodeAt(at - 1))) at--;
  return at;
}

/** Is it a character that no text holds? */
export const isControl = (code: number): boolean => code < 9 || (code > 13 && code < 27);

/** The last mention of one of the words (in lower case), as a word, before a value. */
export function mentionOf(before: string, words: readonly string[]): Mention | null {
  const folded = before.toLowerCase();
  let best: Mention | null = null;
  let bestAt = -1;
  for (const word of words) {
    for (let at = folded.lastIndexOf(word); at > bestAt; at = at === 0 ? -1 : folded.lastIndexOf(word, at - 1)) {
      if (!isWord(before, at, at + word.length) || before.startsWith('</', at - 2)) continue;
      const from = identifierStart(before, at);
      const identifier = /^[\w$.-]*/.exec(before.slice(from))?.[0] ?? '';
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
  const begins =
    from === 0 ||
    !/[A-Za-z]/.test(text.charAt(from - 1)) ||
    (/[A-Z]/.test(first) && /[a-z]/.test(text.charAt(from - 1))) ||
    /^(?:\\[nrt]|-D)$/.test(text.slice(Math.max(0, from - 2), from));
  const hump = /[a-z]/.test(text.charAt(to - 1)) && /[A-Z]/.test(text.charAt(to));
  return begins && (hump || /^(?:$|[^A-Za-z]|api|key|tok|sec|acc|aut|pas|cli|pri|app|pat)/i.test(text.slice(to, to + 3)));
}

function identifierStart(text: string, at: number): number {
  let from = at;
  while (from > 0 && /[\w$.-]/.test(text.charAt(from - 1))) from--;
  return from;
}

/** How the value after `span` stands to its provider's word. */
export function standingOf({ span, identifier, word }: Mention): Standing {
  const path = /\.[a-z]{2,8}$/.test(identifier) ? (/^[:/][^\s"'`<>?]*/.exec(span.slice(identifier.length))?.[0] ?? '') : '';
  const own = telling.test(word) ? identifier : identifier.replace(word, '');
  // Of a URL the host is the name, and its path says nothing.
  const after = span.slice(identifier.length + path.length);
  const name = lastName(after);
  if ([own, name].some((one) => harmless.test(one) || endsInId.test(one)) || goSum.test(span)) return 'none';
  const isAssigned = operator.test(span) || headed.test(span);
  const between = wordsOf(after);
  if (telling.test(own) && isNameOf(after, isAssigned)) return 'named';
  const tells = telling.test(span.replace(word, ''));
  if (!tells) return isAssigned && between.length <= 2 && !between.prose ? 'mentioned' : 'around';
  if (isAssigned && between.length === 0 && !after.includes('\n')) return 'named';
  if (isAssigned && telling.test(name) && !between.prose && between.length <= 6 && !/[})\]][,;]?\s/.test(after)) return 'inside';
  if (span.length > PROSE_MAX) return 'around';
  if (isAssigned && telling.test(assignedName(span))) return 'beside';
  return span.includes('\n') ? 'around' : 'mentioned';
}

/** Is what stands after a name nothing but the way to its value? */
export function isNameOf(after: string, isAssigned = operator.test(after)): boolean {
  if (sqlValues.test(after)) return true;
  const between = wordsOf(after);
  return (isAssigned && between.length <= 2 && !between.prose) || /^["']?[ \t]{1,8}@?["'`]?$/.test(after);
}

/** What a value is assigned to, where that is not the identifier itself: `{id: 7, token: ` says token. */
function lastName(after: string): string {
  const name = after.slice(Math.max(...[',', ';', '{', '\n', '&', '?'].map((border) => after.lastIndexOf(border))) + 1);
  return /[A-Za-z]/.test(name) ? name : after.trimEnd().slice(after.trimEnd().lastIndexOf('\n') + 1);
}

/** The word or two before the operator at the end: `Using Key=` says Using Key. */
function assignedName(span: string): string {
  return (
    /([A-Za-z][\w.-]{0,40}(?: [A-Za-z][\w.-]{0,40})?)["'\])]{0,3}\s{0,8}(?:[=:]|\bis\b)[^A-Za-z0-9]{0,24}(?:(?:Bearer|Basic|token)\s)?$/i.exec(
      span,
    )?.[1] ?? ''
  );
}

/** The names in a text but for those that say nothing, and whether two of them stand side by side, as in a sentence. */
function wordsOf(text: string): { readonly length: number; readonly prose: boolean } {
  if (urlParameter.test(text) && !/\s/.test(text)) return { length: 0, prose: false };
  const rest = text.replaceAll(fillers, '');
  return { length: rest.match(/[A-Za-z][\w-]*/g)?.length ?? 0, prose: /[A-Za-z] [A-Za-z]/.test(rest) };
}
