const words =
  /example|placeholder|changeme|change_me|change-me|your[-_]|redacted|replace[-_]?me|xxxx|\*\*\*\*|\.\.\.|\$\{|\$\(|\{\{|%[sdv(]|<[a-z_ -]{1,40}>|getenv|process\.env|os\.environ|notreal|not_real|dummy|very_?long_?secret|0001020304|0102030405|00112233|deadbeef/i;

/** Seven characters each one above the one before (1234567, abcdefg): once in 10^6 random 40-character tokens at most. */
const SEQUENCE_MIN = 7;
/** The same character this many times in a row. */
const REPEAT_MIN = 7;
/** A random token of 16 characters has at least 6 different ones, even in hexadecimal (but for one in 10^5). */
const DISTINCT_MIN = 6;

/** True for what people write in the place of a secret. Not asked of what a checksum or a decoded body proves. */
export function isPlaceholder(text: string): boolean {
  if (words.test(text)) return true;
  let rising = 1;
  let same = 1;
  for (let i = 1; i < text.length; i++) {
    const step = text.charCodeAt(i) - text.charCodeAt(i - 1);
    rising = step === 1 ? rising + 1 : 1;
    same = step === 0 ? same + 1 : 1;
    if (rising >= SEQUENCE_MIN || same >= REPEAT_MIN) return true;
  }
  return text.length >= 16 && new Set(text).size < DISTINCT_MIN;
}
