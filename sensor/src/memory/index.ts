export * from './layout.ts';
export { createPassMemory, type FindAnswer, type FindRequest, type PassMemory } from './pass-memory.ts';
export * from './tables.ts';
