export { isFolder, makeFolder } from './folders.ts';
export { booleanOf, integerOf, isLoopbackHost, logLevels, oneOf, shownText } from './values.ts';
export { type Check, type Config, readConfig, type Variable, type Variables } from './variables.ts';
