// The one WebAssembly module of a worker: everything that touches a layer's bytes. The memory map is src/memory/layout.ts.
export { find, nextInRun, nextLiteral, nextRun } from './finder';
export { inflate, inflateInput, inflateOutput, inflateReset } from './inflate';
export { countLines, lastLineStart } from './lines';
export { pathHash } from './path-hash';
