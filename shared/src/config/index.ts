export { type Config, readConfig, type Variable, type Variables } from './variables.ts';
