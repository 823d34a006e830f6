import { hostname } from 'node:os';
import { Command } from 'commander';
import { readDaemonConfig } from '../config/index.ts';
import { exitCodes } from './exit-codes.ts';
import type { ProgramIo } from './program-io.ts';

/** `tidewaiter-sensor run`: the daemon. Configured by TIDEWAITER_* variables; ends by SIGTERM or SIGINT, after it has drained. */
export function runCommand(io: ProgramIo, version: string): Command {
  return new Command('run').description('Work for a control plane until SIGTERM (see the README for its variables).').action(async () => {
    const config = readDaemonConfig(io.env);
    // Loaded here: the one-shot starts without them.
    const [{ runSensor }, { createLog }] = await Promise.all([import('../sensor.ts'), import('../telemetry/index.ts')]);
    const log = createLog(config.logLevel, { write: (line) => void io.stderr.write(line) });
    log.info({ version, controlPlaneUrl: config.controlPlaneUrl, stateDir: config.stateDir }, 'the sensor starts');
    await runSensor(config, {
      log,
      hostname: hostname(),
      version,
      cores: io.cores,
      nowMs: () => io.wallClock(),
      monotonic: () => io.now(),
      randomBytes: (length) => io.randomBytes(length),
      stop: io.signal,
    });
    io.exit(exitCodes.clean);
  });
}
