import { startApp } from '../app.ts';
import { readControlPlaneConfig } from '../config/index.ts';
import { clock, logOf, random } from './context.ts';

/** A second signal, or this long, ends the program though something still hangs. */
const CLOSE_MS_MAX = 15_000;

/** Runs the control plane until SIGINT or SIGTERM. */
export async function serve(): Promise<void> {
  const config = readControlPlaneConfig();
  const log = logOf(config);
  const showOwnerToken = process.stdout.isTTY ? show : null;
  const app = await startApp(config, { ...clock, random, log, showOwnerToken });
  const close = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'the control plane shuts down');
    setTimeout(() => process.exit(1), CLOSE_MS_MAX).unref();
    process.once('SIGINT', () => process.exit(1)).once('SIGTERM', () => process.exit(1));
    void app.close().then(
      () => log.info('the control plane has shut down'),
      (error: unknown) => {
        log.error({ err: error }, 'the control plane could not shut down in order');
        process.exitCode = 1;
      },
    );
  };
  process.once('SIGINT', close).once('SIGTERM', close);
}

function show(token: string): void {
  process.stdout.write(`\nThe owner token of this new installation, shown only now:\n\n  ${token}\n\n`);
}
