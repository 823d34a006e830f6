import { execFile, spawn } from 'node:child_process';
import { access, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The AWS CLI of PyPI, and with it botocore of the version it is made for. */
const awscli = 'awscli==1.46.3';

/** Installs the CLI once a machine, into a folder of its own; a Python or a network that is missing fails the test. */
export async function installAwsCli(): Promise<string> {
  const folder = join(tmpdir(), `tidewaiter-peer-${awscli.replace('==', '-')}`);
  const present = await access(join(folder, 'botocore')).then(
    () => true,
    () => false,
  );
  if (present) return folder;
  const fresh = await mkdtemp(join(tmpdir(), 'tidewaiter-peer-'));
  await run('python3', [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--root-user-action',
    'ignore',
    '--target',
    fresh,
    awscli,
  ]);
  // Another test file may have been faster: either is whole.
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true }));
  return folder;
}

/** Runs Python with these packages and only these variables; gives its standard output, or throws with its standard error. */
export async function python(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  input = '',
): Promise<string> {
  const child = spawn('python3', args, { env: { PATH: process.env['PATH'], PYTHONPATH: folder, HOME: folder, ...environment } });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`python3 ${args.join(' ')} ended with ${code}: ${Buffer.concat(err).toString()}`);
  return Buffer.concat(out).toString();
}
