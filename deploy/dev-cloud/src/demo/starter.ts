import { lookUp } from './process-table.ts';

const LOOK_MS = 500;

/**
 * Calls once when the npm that runs this script is gone. npm hands no signal on that kills it at once, and SIGTERM only to the shell between.
 * Started otherwise, by `nohup` in a shell that ends, say, the demo goes on.
 */
export function watchStarter(isGone: () => void): void {
  if (process.env['npm_lifecycle_event'] !== 'demo') return;
  const parent = process.ppid;
  const entry = lookUp(parent);
  if (entry === null) return;
  // npm runs a script by `sh -c`; a shell that becomes its last command leaves npm itself as the parent.
  const npm = / -c /.test(entry.commandLine) ? entry.parent : parent;
  const look = setInterval(() => {
    if (process.ppid === parent && (npm === parent || lookUp(parent)?.parent === npm)) return;
    clearInterval(look);
    isGone();
  }, LOOK_MS).unref();
}
