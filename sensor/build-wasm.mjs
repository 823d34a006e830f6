// Builds every AssemblyScript module of sensor/wasm/ into sensor/build/*.wasm (run by `npm run build`).
import { mkdirSync, readdirSync } from 'node:fs';
import { main } from 'assemblyscript/asc';

const from = new URL('wasm/', import.meta.url).pathname;
const to = new URL('build/', import.meta.url).pathname;
mkdirSync(to, { recursive: true });
for (const file of readdirSync(from).filter((name) => name.endsWith('.as.ts'))) {
  const out = to + file.replace('.as.ts', '.wasm');
  const { error } = await main(
    [
      from + file,
      '-o',
      out,
      '-O3',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--enable',
      'relaxed-simd',
      '--noAssert',
      '--memoryBase',
      '65536',
      '--initialMemory',
      '96',
    ],
    { stderr: process.stderr },
  );
  if (error) throw error;
}
