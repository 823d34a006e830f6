import { ALNUM } from './alphabets.ts';
import type { Rng } from './rng.ts';

/** A secret made at run time, and texts to plant it in. None of them is anybody's: they only look as the provider's facts say. */
export interface Sample {
  /** File content that holds the secret, as people leave it behind. */
  readonly text: string;
  /** The secret itself, as it stands in `text`. */
  readonly secret: string;
  /** Where such a file usually lies; no leading slash. */
  readonly path: string;
  /** It is the path that says what the text is: under another name, or wrapped in another file, nobody could tell. */
  readonly byPath?: true;
  /** The variable that usually holds it; absent where the secret lives in a file format of its own. */
  readonly assignment?: Assignment;
}

/** A variable and the text it is set to, unquoted. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
}

/** Makes a new secret of one kind at each call; the same for the same `rng`. */
export interface SecretGenerator {
  /** The id of the detector that has to find it. */
  readonly detector: string;
  readonly make: (rng: Rng) => Sample;
}

/** A sample that is the value of a variable. `secret` is the value unless it is a part of it. */
export function assigned(name: string, value: string, secret: string = value): Sample {
  const text = value.includes('\n') ? value : `${name}=${value}\n`;
  return { text, secret, path: value.includes('\n') ? 'root/key.pem' : 'app/.env', assignment: { name, value } };
}

/** A sample in a file format of its own. */
export function inFile(path: string, text: string, secret: string): Sample {
  return { text, secret, path };
}

/** A sample in a file that its path alone gives away. */
export function atPath(path: string, text: string, secret: string): Sample {
  return { text, secret, path, byPath: true };
}

/** A password as a person would not choose it. */
export const password = (rng: Rng): string => `v${rng.chars(ALNUM, 14)}9K`;

/** What makes generators of secrets that stand in one file, a password each unless said otherwise. */
export function generatorsOf(place: typeof inFile) {
  return (detector: string, path: string, text: (secret: string) => string, make: (rng: Rng) => string = password): SecretGenerator => ({
    detector,
    make: (rng) => {
      const secret = make(rng);
      return place(path, text(secret), secret);
    },
  });
}
