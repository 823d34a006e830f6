/** More words than this have no provider's name. */
const NAME_WORDS_MAX = 4;

/** A provider's word as it is looked up: `app optics`, `app_optics` and `AppOptics` are one. */
export const folded = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** The words of a text, and up to four of them together: what may be a provider's name in it. */
export function* namesIn(text: string): Generator<string> {
  const parts = text
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  for (let from = 0; from < parts.length; from++) {
    for (let to = from + 1; to <= from + NAME_WORDS_MAX && to <= parts.length; to++) yield parts.slice(from, to).join('');
  }
}
