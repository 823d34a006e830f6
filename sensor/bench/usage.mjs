// Loaded into the measured process (--import): writes what it used, all threads together, into the file BENCH_USAGE_FILE at its end.
// Plain JavaScript, as floor.mjs is: to strip types would cost each thread of the measured process more than its start-up.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['BENCH_USAGE_FILE'];
if (isMainThread && file) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    writeFileSync(file, JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, rssMiB: maxRSS / 1024 }));
  });
}
