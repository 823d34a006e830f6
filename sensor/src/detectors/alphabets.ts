import type { Rng } from './rule.ts';

/** The alphabets tokens are drawn from, as characters (for examples) and as expression classes. */
export const alphabets = {
  alnum: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  url: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-',
  base64: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/',
  hex: '0123456789abcdef',
  digits: '0123456789',
  letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  lowerAlnum: '0123456789abcdefghijklmnopqrstuvwxyz',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
} as const;

export type AlphabetName = keyof typeof alphabets;

export const classes: Readonly<Record<AlphabetName, string>> = {
  alnum: '[A-Za-z0-9]',
  url: '[A-Za-z0-9_-]',
  base64: '[A-Za-z0-9+/]',
  hex: '[0-9a-f]',
  digits: '[0-9]',
  letters: '[A-Za-z]',
  lowerAlnum: '[0-9a-z]',
  base32: '[A-Z2-7]',
};

/** No letter or digit before, unless it ends an escape: `\n` or `%3D`. */
export const LEFT = String.raw`(?<!(?<!\\|%[0-9A-Fa-f])[A-Za-z0-9])`;

/** A password for examples, as a person would not choose it. */
export const password = (rng: Rng): string => `v${rng.chars(alphabets.alnum, 12)}9K`;
