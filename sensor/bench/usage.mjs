// Loaded into the measured process (--import): writes what it used, all threads together, into the file BENCH_USAGE_FILE at its end.
// Plain JavaScript, as floor.mjs is: to strip types would cost each thread of the measured process more than its start-up.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['BENCH_USAGE_FILE'];
if (isMainThread && file) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    writeFileSync(file, JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, rssMiB: peakKib() / 1024 }));
  });
}

/** Of this program alone: getrusage's figure also holds what the process was before it became this program, the bench itself. */
function peakKib() {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'));
  if (!peak) throw new Error('/proc/self/status has no VmHWM; the bench runs on Linux');
  return Number(peak[1]);
}
