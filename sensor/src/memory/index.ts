export * from './layout.ts';
export { createPassMemory, type PassMemory } from './pass-memory.ts';
export * from './tables.ts';
