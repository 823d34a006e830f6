// Speed and findings of the engine alone over the files of some folders:
//   node --conditions=@tidewaiter/source sensor/bench/engine.ts [--list] FOLDER...
// --list shows each match and the SHA-256 of its canonical bytes, which src/detectors/known-keys.ts lists of keys that everybody has.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, type Match, usualRules } from '../src/detectors/index.ts';
import { BLOCK_AT, BLOCK_BYTES, CARRY_BYTES, createPassMemory } from '../src/memory/index.ts';

const memory = createPassMemory();
const list = process.argv.includes('--list');
const counts = new Map<string, number>();
let path = '';
const engine = createEngine({ memory, rules: usualRules.rules, listener: note });
let bytes = 0;
let engineMs = 0;

function note(match: Match): void {
  const key = `${match.detector} ${match.confidence}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
  if (!list) return;
  const digest = createHash('sha256').update(match.canonical).digest('hex');
  console.log(`${path}:${match.line}:${match.column} ${key} ${digest} ${JSON.stringify(match.text.slice(0, 100))}`);
}

function timed(work: () => void): void {
  const start = performance.now();
  work();
  engineMs += performance.now() - start;
}

function scanFile(): void {
  const fd = openSync(path, 'r');
  timed(() => engine.begin({ path }));
  for (let got = readSync(fd, memory.bytes, BLOCK_AT, BLOCK_BYTES, null); got > 0; ) {
    const length = got;
    timed(() => engine.push(BLOCK_AT, length));
    bytes += length;
    memory.bytes.copyWithin(BLOCK_AT - CARRY_BYTES, BLOCK_AT + length - CARRY_BYTES, BLOCK_AT + length);
    got = readSync(fd, memory.bytes, BLOCK_AT, BLOCK_BYTES, null);
  }
  timed(() => engine.end());
  closeSync(fd);
}

/** readdir's own recursion with file types takes minutes where folders link to each other. */
function scanFolder(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    path = join(folder, entry.name);
    if (entry.isDirectory()) scanFolder(path);
    if (entry.isFile()) scanFile();
  }
}

for (const folder of process.argv.slice(2).filter((argument) => argument !== '--list')) scanFolder(folder);
console.log(
  JSON.stringify(
    { megabytes: Math.round(bytes / 1e6), megabytesPerSecond: Math.round(bytes / 1e3 / engineMs), findings: Object.fromEntries(counts) },
    null,
    2,
  ),
);
