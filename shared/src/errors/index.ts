export { type ErrorCode, type ErrorMeaning, errorCodes } from './codes.ts';
export { type ErrorFacts, hasCode, type Problem, problemOf, TidewaiterError } from './error.ts';
