export { type ErrorCode, type ErrorMeaning, errorCodes } from './codes.ts';
export { type ErrorFacts, hasCode, ownWordsOf, type Problem, problemOf, TidewaiterError } from './error.ts';
export { failureLines, printable } from './line.ts';
