/** A value of so many characters changes between capitals, small letters and digits this often at least, if chance made it. */
const CHANGE_EVERY = 12;
/** Words of letters alone between separators: an identifier is made of them, half of a random value nearly never is. */
const plainWord = /(?<![A-Za-z0-9])(?:[a-z]{3,}|[A-Z]{3,}|[A-Z][a-z]{2,})(?![A-Za-z0-9])/g;

/** Does a value look as if a machine had drawn it, and not as if somebody had named something? */
export function looksIssued(value: string): boolean {
  if (/^[0-9]+$/.test(value)) return value.length >= 20 && new Set(value).size >= 6;
  const digits = value.match(/[0-9]/g)?.length ?? 0;
  if (/^[0-9a-f]+$/i.test(value)) return digits * 8 >= value.length && new Set(value.toLowerCase()).size >= Math.min(8, value.length / 2);
  const words = value.match(plainWord) ?? [];
  if (words.length >= 2 && words.join('').length * 2 >= value.length) return false;
  const changes = value.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])/g)?.length ?? 0;
  return changes * CHANGE_EVERY >= value.length && (digits > 0 || /[a-z][A-Z].*[A-Z]{2}|[A-Z]{2}.*[a-z][A-Z]/.test(value));
}
