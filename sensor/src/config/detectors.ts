import type { Variable } from '@tidewaiter/shared/config';

/** Detectors there are, with room for custom ones. */
const NAMES_MAX = 2_000;

const namesOf = (text: string): readonly string[] => {
  const names = text.split(/[\s,]+/).filter(Boolean);
  if (names.length > NAMES_MAX) throw new Error(`at most ${NAMES_MAX} names`);
  return names;
};

const names = (name: string, meaning: string): Variable<readonly string[]> => ({
  name,
  type: 'names of detectors, separated by commas',
  fallbackText: 'none',
  meaning,
  parse: namesOf,
  fallback: () => [],
});

/** What the daemon looks for; the one-shot has options for it. */
export const detectorVariables = {
  rulesFile: {
    name: 'TIDEWAITER_RULES_FILE',
    type: 'path of a YAML file',
    fallbackText: null,
    meaning: 'Custom rules (docs/custom-rules.md); the same file for all sensors of a registry.',
    parse: (text) => text,
    fallback: () => null,
  } satisfies Variable<string | null>,
  enable: names('TIDEWAITER_ENABLE_DETECTORS', 'Detectors that are off unless asked for.'),
  disable: names('TIDEWAITER_DISABLE_DETECTORS', 'Detectors to be switched off, custom ones too.'),
} as const;
