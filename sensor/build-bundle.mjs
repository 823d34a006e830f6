// Bundles the program into a few files, sensor/dist/bundle/ (run by `npm run build`). Node.js takes 0.2 ms of CPU to find, read and link a
// module, and the program and each worker had 250 of them: 0.11 s of CPU of the 0.28 that the smallest scan cost.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

const here = new URL('.', import.meta.url).pathname;
const outdir = `${here}dist/bundle`;
rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: here,
  entryPoints: ['src/main.ts', 'src/scan/layer.worker.ts'],
  entryNames: '[name]',
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  conditions: ['@tidewaiter/source'],
  // What only the daemon, remote registries and rare formats load stays a package of its own. (Node.js warns of seek-bzip's `new Buffer` outside
  // node_modules.)
  external: ['seek-bzip', 'xz-decompress', '@aws-sdk/*', 'jose', 'pino', 'typebox', 'undici', 'ws'],
  // Some packages are CommonJS and ask for Node.js's own modules by `require`.
  banner: { js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);" },
  legalComments: 'inline',
  logLevel: 'warning',
});
