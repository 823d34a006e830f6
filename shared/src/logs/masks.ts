/** Members that never reach a log, wherever an object carries them. Frames, bodies and URLs with a query are not logged at all. */
const MEMBERS = [
  'authorization',
  'cookie',
  'x-tidewaiter-key',
  'token',
  'secret',
  'password',
  'body',
  'key',
  'signingKey',
  'encryptionKey',
  'sealedPrivateKey',
] as const;

/** Those members at the top of a log line's facts and two levels down, as pino's `redact.paths` wants them. */
export const maskedPaths: readonly string[] = MEMBERS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/**
 * Secrets by their looks, for texts that come from elsewhere (an SDK's message, a driver's, a server's reason): pre-signed queries, JWTs,
 * tokens and keys of ours, authorization headers, passwords in URLs. What the first group holds stays; JWTs are looked for apart.
 */
const LOOKS = [
  /(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"'\\]+/gi,
  /()\btw[a-z]?_[\w-]{20,}/g,
  /((?:Bearer|Basic) )[\w+/=.~-]{8,}/g,
  /(:\/\/[^\s:/@"'\\]{0,256}:)[^\s@/"'\\]{1,256}(?=@)/g,
] as const;

/** Of a JWT's first part (`eyJ` and more) and of its second, in characters. */
const [TOKEN_HEAD_MIN, TOKEN_BODY_MIN] = [11, 8];

/** A line of a log, with what looks like a secret masked. */
export function maskedLine(line: string): string {
  return LOOKS.reduce((text, look) => text.replace(look, '$1[redacted]'), line.replaceAll(/[\w.-]+/g, withoutTokens));
}

/** A word with dots in it, its JWTs masked: one expression for them would begin anew at each `eyJ` of a long word. */
function withoutTokens(word: string): string {
  const parts = word.split('.');
  for (let at = 0; at + 2 < parts.length; at++) {
    const [head = '', body = ''] = parts.slice(at, at + 2);
    const from = head.indexOf('eyJ');
    if (from >= 0 && head.length - from >= TOKEN_HEAD_MIN && body.length >= TOKEN_BODY_MIN)
      parts.splice(at, 3, `${head.slice(0, from)}[redacted]`);
  }
  return parts.join('.');
}

/**
 * An error as a log shows it: code and message; of a cause the message only, since a driver's or SDK's error may carry a query with its
 * values; where it happened, unless it is ours and says what happened.
 */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? { cause: `${error.cause.name}: ${error.cause.message}` } : {};
  const stack = 'facts' in error ? {} : { stack: error.stack };
  return { name: error.name, message: error.message, ...code, ...cause, ...stack };
}
