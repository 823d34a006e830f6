// Which findings are not reported for the path they have. A folder of its own: only who filters loads the expression engine.
export {
  checkExpressions,
  EXCLUSION_CHARACTERS_MAX,
  EXCLUSION_REPEATS_MAX,
  EXCLUSIONS_MAX,
  type Exclusion,
  type ExclusionPreset,
  exclusionPresetNames,
  exclusionPresets,
  Exclusions,
  type ExclusionSettings,
  faultOfExpressions,
  noExclusions,
} from './exclusions.ts';
