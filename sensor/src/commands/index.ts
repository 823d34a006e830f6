export { runProgram } from './program.ts';
export type { ProgramIo } from './program-io.ts';
