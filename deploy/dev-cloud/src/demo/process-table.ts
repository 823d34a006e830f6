import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessEntry {
  readonly parent: number;
  readonly commandLine: string;
}

/** What the system says of a process; null when there is none, or only its exit code waits to be fetched. */
export function lookUp(pid: number): ProcessEntry | null {
  const entry = process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  return entry === null || entry.state.startsWith('Z') ? null : entry;
}

/** proc_pid_stat(5): the name stands in brackets and may hold anything; state and parent come after it. */
function fromProc(pid: number) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
    return { state, parent: Number(parent), commandLine };
  } catch {
    return null;
  }
}

function fromPs(pid: number) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,ppid=,args=', '-p', String(pid)], { encoding: 'utf8' });
  const [, state, parent, commandLine] = /^\s*(\S+)\s+(\d+)\s+(.*)/.exec(stdout ?? '') ?? [];
  return state === undefined || commandLine === undefined ? null : { state, parent: Number(parent), commandLine };
}
