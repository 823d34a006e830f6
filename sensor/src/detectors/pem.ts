/** A PEM-like block (RFC 7468, RFC 4716's and PuTTY's cousins apart) read out of any text that carries it. */
export interface PemBlock {
  /** `RSA `, `EC `, `OPENSSH `, `ENCRYPTED `, '' and so on. */
  readonly label: string;
  readonly start: number;
  readonly end: number;
  /** The END line was found. */
  readonly whole: boolean;
  readonly encrypted: boolean;
  readonly body: Buffer;
  readonly bodyChars: number;
}

/** The shortest body worth a look: an Ed25519 key in PKCS#8 has 64 characters. */
const BODY_CHARS_MIN = 50;
const header = /-----BEGIN ([A-Z0-9 ]{0,24})PRIVATE KEY( BLOCK)?-----/y;

/** Reads the block whose BEGIN line stands at `at`; null when there is none or no body follows. */
export function readPem(text: string, at: number): PemBlock | null {
  header.lastIndex = at;
  const found = header.exec(text);
  if (found === null) return null;
  const label = found[1] ?? '';
  const bodyAt = at + found[0].length;
  const endLine = `-----END ${label}PRIVATE KEY${found[2] ?? ''}-----`;
  const nextBegin = text.indexOf('-----BEGIN ', bodyAt);
  const rest = text.slice(bodyAt, nextBegin < 0 ? undefined : nextBegin);
  const endAt = rest.indexOf(endLine);
  const whole = endAt >= 0;
  const raw = whole ? rest.slice(0, endAt) : rest;
  const { base64, encrypted, used } = bodyOf(raw, whole);
  if (base64.length < BODY_CHARS_MIN) return null;
  return {
    label,
    start: at,
    end: whole ? bodyAt + endAt + endLine.length : bodyAt + used,
    whole,
    encrypted: encrypted || label.startsWith('ENCRYPTED'),
    body: Buffer.from(base64, 'base64'),
    bodyChars: base64.length,
  };
}

/** What stands around a line's base64: quotes, commas, comment signs, the end of a string literal. No two parts share a character. */
const bare = /^["'`>*#;,.|([{]{0,8}([A-Za-z0-9+/]+={0,2})["'`\\,;.)\]}+]{0,8}$/;
/** RFC 1421's `Proc-Type: 4,ENCRYPTED`, OpenPGP's `Version: ...`. */
const headerLine = /^\s{0,64}["'`]?[A-Za-z][A-Za-z-]{2,20}: /;

/** Undoes escapes and string joints; takes the pieces that are base64 and leaves header lines out. */
function bodyOf(raw: string, whole: boolean): { readonly base64: string; readonly encrypted: boolean; readonly used: number } {
  let base64 = '';
  let encrypted = false;
  let used = 0;
  for (const { line, end } of linesOf(raw)) {
    if (headerLine.test(line)) {
      if (line.includes('ENCRYPTED')) encrypted = true;
      continue;
    }
    const chars = charsOf(line);
    // Without an END line the key lasts as long as its lines are base64.
    if (!whole && chars === '' && base64 !== '') break;
    base64 += chars;
    used = end;
  }
  return { base64, encrypted, used };
}

function charsOf(line: string): string {
  let chars = '';
  for (const piece of line.split(/\s+/)) if (piece !== '+') chars += bare.exec(piece)?.[1] ?? '';
  return chars;
}

/** Lines, whether their ends are real, escaped (JSON, shell, C), HTML's or URL's. */
function* linesOf(raw: string): Generator<{ readonly line: string; readonly end: number }> {
  const ends = /\\{1,4}[nrt]|&#1[03];|%0[AaDd]|[\r\n\0]/g;
  let from = 0;
  for (const { index, 0: text } of raw.matchAll(ends)) {
    yield { line: raw.slice(from, index), end: index };
    from = index + text.length;
  }
  yield { line: raw.slice(from), end: raw.length };
}

/** A DER SEQUENCE (X.690, 8.1) that is as long as it says, which a private key in PKCS#1, SEC1 or PKCS#8 is. */
export function isDerSequence(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x30 || bytes.length < 16) return false;
  const first = bytes[1] ?? 0;
  if (first < 0x80) return bytes.length === first + 2;
  const count = first & 0x7f;
  if (count === 0 || count > 3) return false;
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + (bytes[2 + i] ?? 0);
  return bytes.length === length + 2 + count;
}

const OPENSSH = 'openssh-key-v1\0';

/** OpenSSH's own format (PROTOCOL.key): the magic and the name of the cipher; null for anything else. */
export function opensshCipher(bytes: Buffer): string | null {
  if (bytes.toString('latin1', 0, OPENSSH.length) !== OPENSSH || bytes.length < OPENSSH.length + 8) return null;
  const length = bytes.readUInt32BE(OPENSSH.length);
  return bytes.toString('latin1', OPENSSH.length + 4, OPENSSH.length + 4 + Math.min(length, 64));
}
