export { describeError, maskedLine, maskedPaths } from './masks.ts';
