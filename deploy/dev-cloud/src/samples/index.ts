import { azureKeys } from './azure.ts';
import { configFiles } from './config-files.ts';
import { keys } from './keys.ts';
import { logins } from './logins.ts';
import { pairs } from './pairs.ts';
import { plainTokens } from './plain-tokens.ts';
import type { SecretGenerator } from './sample.ts';
import { programFiles } from './program-files.ts';
import { structuredTokens } from './structured-tokens.ts';
import { tail } from './tail/index.ts';

export { type FormatName, formats } from './formats.ts';
export { authorPlaces, silentPlaces } from './author-places.ts';
export { nearPlaces, nonSecrets, places } from './places.ts';
export { createRng, type Rng } from './rng.ts';
export type { Assignment, Sample, SecretGenerator } from './sample.ts';
export { chosenPasswords, harmless, passwordPlaces, strangers, strangerValues } from './strangers.ts';

/** One for each detector of the sensor, written from what the providers say of their secrets and not from its rules. */
export const secretGenerators: readonly SecretGenerator[] = [
  ...keys,
  ...structuredTokens,
  ...plainTokens,
  ...azureKeys,
  ...logins,
  ...tail,
  ...configFiles,
  ...programFiles,
  ...pairs,
];
