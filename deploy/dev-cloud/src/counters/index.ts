export { type BlobCount, type CloudRequest, type CountersSnapshot, Counters } from './counters.ts';
