import type { Rng } from './rng.ts';

/** Nine in ten values of 16 characters hold two digits and two letters; one that does not looks like a word, and is drawn again. */
const TRIES_MAX = 100;

/**
 * A value of the form that a provider states: `apify_api_[A-Za-z0-9]{34,38}`, `(?:live|test)_[0-9a-f]{32}`. Read are fixed characters
 * (`\.` for a dot), classes, groups of alternatives, and {n}, {n,m} and ? after any of them.
 */
export function sampleOf(rng: Rng, form: string): string {
  const wantsBoth = /[A-Za-z]-[A-Za-z]/.test(form) && /0-9|2-7|\\d/.test(form);
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const value = withClasses(rng, withoutGroups(rng, form));
    if (!wantsBoth || (/[0-9].*[0-9]/.test(value) && /[A-Za-z].*[A-Za-z]/.test(value))) return value;
  }
  throw new RangeError(`${form} gives no value with digits and letters`);
}

const innermostGroup = /\((?:\?:)?((?:\\.|\[[^\]]*\]|[^()[\]])*)\)(?:\{(\d+)(?:,(\d+))?\}|(\?))?/;

/** Groups become one of their alternatives for each time they stand, the innermost first. */
function withoutGroups(rng: Rng, form: string): string {
  let text = form;
  for (let group = innermostGroup.exec(text); group !== null; group = innermostGroup.exec(text)) {
    const [all, body = '', least, most, optional] = group;
    const options = body.split('|');
    const times = optional === undefined ? timesOf(rng, least, most) : rng.below(2);
    const chosen = Array.from({ length: times }, () => rng.pick(options)).join('');
    text = text.slice(0, group.index) + chosen + text.slice(group.index + all.length);
  }
  return rng.pick(text.split('|'));
}

function timesOf(rng: Rng, least: string | undefined, most: string | undefined): number {
  const from = Number(least ?? 1);
  return from + rng.below(Number(most ?? from) - from + 1);
}

const part = /(?:\[((?:\\.|[^\]\\])+)\]|\\(.)|([^\\[\]]))(?:\{(\d+)(?:,(\d+))?\}|(\?))?/g;

function withClasses(rng: Rng, form: string): string {
  return form.replaceAll(part, (...found: (string | undefined)[]) => {
    const [, kinds, escaped, fixed, least, most, optional] = found;
    const chars = kinds === undefined ? (escaped === 'd' ? '0123456789' : (escaped ?? fixed ?? '')) : charsOf(kinds);
    const times = optional === undefined ? timesOf(rng, least, most) : rng.below(2);
    return rng.chars(chars, times);
  });
}

function charsOf(kinds: string): string {
  let chars = '';
  for (const [, from = '', to] of kinds.matchAll(/(?:\\)?([^])(?:-(?!$)(?:\\)?([^]))?/g)) {
    for (let code = from.charCodeAt(0); code <= (to ?? from).charCodeAt(0); code++) chars += String.fromCharCode(code);
  }
  return chars;
}
