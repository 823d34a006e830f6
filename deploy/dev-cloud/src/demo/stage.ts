import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Api } from './api.ts';
import { CloudAdmin, type CloudReady, type Trust } from './cloud-admin.ts';
import { Program, type ProgramEnded, type ProgramStart } from './processes.ts';

const root = new URL('../../../../', import.meta.url).pathname;
const controlPlaneProgram = join(root, 'control-plane/bin/tidewaiter-control-plane.js');
const sensorProgram = join(root, 'sensor/bin/tidewaiter-sensor.js');

/** A registry that was connected, as the API answered. */
export interface Connected {
  readonly registry: { readonly id: string };
  readonly trust: Trust;
  readonly webhookKey: { readonly key: string };
}

/** A workspace of the installation: its owner's API, and the role of the account that trusts its tokens. */
export interface Workspace {
  readonly name: string;
  readonly api: Api;
  readonly role: string;
}

/** What a run may set; all but the folder has the demo's own default. */
export interface StageOptions {
  /** Where logs, database, keys and state of this run go. */
  readonly folder: string;
  readonly databaseUrl?: string;
  readonly logLevel?: string;
  /** Where sensors reach the control plane, when something stands between them. */
  readonly publicUrl?: string;
  /** Added to the environment of the program of this name: a clock of its own, say. */
  readonly environment?: (program: string) => Readonly<Record<string, string>>;
  /** Lines of a sensor's policy file in place of those that allow the whole cloud; asked each time it starts. */
  readonly policy?: (sensor: string) => Readonly<Record<string, readonly string[]>>;
}

/**
 * The whole product on this machine: development cloud, control plane and sensors, each a process of its own, started as a user
 * would start them. Nothing here reaches into a program: only command lines, environment, the public API and the cloud's admin API.
 */
export class Stage {
  readonly folder: string;
  readonly cloud: CloudAdmin;
  readonly #options: StageOptions;
  readonly #ready: CloudReady;
  readonly #programs = new Map<string, Program>();
  readonly #programEnded = Promise.withResolvers<ProgramEnded>();
  /** Every enrolment token this stage asked for; tests look for them where they must not be. */
  readonly enrolmentTokens: string[] = [];
  #closed: Promise<void> | undefined;
  #url = '';
  #ownerToken = '';

  private constructor(options: StageOptions, ready: CloudReady, cloud: Program) {
    this.#options = options;
    this.folder = options.folder;
    this.#ready = ready;
    this.cloud = new CloudAdmin(ready);
    this.#add(cloud);
  }

  /**
   * Starts the development cloud and the control plane. The signal closes the stage, while it opens, too.
   * @throws the signal's reason
   */
  static async open(options: StageOptions, signal?: AbortSignal): Promise<Stage> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    signal?.throwIfAborted();
    const cloud = Stage.#startCloud(options);
    const stop = (): void => void cloud.stop();
    signal?.addEventListener('abort', stop);
    try {
      const stage = new Stage(options, JSON.parse(await cloud.ready) as CloudReady, cloud);
      signal?.removeEventListener('abort', stop);
      signal?.addEventListener('abort', () => void stage.close());
      return await stage.#begin();
    } catch (error) {
      await cloud.stop();
      throw signal?.aborted ? signal.reason : error;
    }
  }

  static #startCloud({ folder, environment }: StageOptions): Program {
    const args = ['--conditions=@tidewaiter/source', join(root, 'deploy/dev-cloud/src/main.ts')];
    return new Program(folder, { name: 'dev-cloud', args, env: environment?.('dev-cloud') ?? {}, ready: /"ready":true/ });
  }

  async #begin(): Promise<this> {
    try {
      await this.startControlPlane();
      this.#ownerToken = (await readFile(join(this.folder, 'owner-token'), 'utf8')).trim();
      return this;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** The first program that ended without being asked to. */
  get programEnded(): Promise<ProgramEnded> {
    return this.#programEnded.promise;
  }

  /** Where the control plane listens. */
  get url(): string {
    return this.#url;
  }

  /** The public API as the first owner sees it. */
  get api(): Api {
    return new Api(`${this.#url}/api/v1`, this.#ownerToken);
  }

  program(name: string): Program {
    const program = this.#programs.get(name);
    if (!program) throw new Error(`no program ${name} was started`);
    return program;
  }

  /** The workspace that a new installation has. */
  get workspace(): Workspace {
    return { name: 'default', api: this.api, role: 'TidewaiterECRScanning' };
  }

  /** One more workspace, made by the command as an operator does. */
  async createWorkspace(name: string): Promise<Workspace> {
    const args = [controlPlaneProgram, 'workspace', 'create', name];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...this.#database } });
    const { ownerToken } = JSON.parse(stdout) as { ownerToken: string };
    return { name, api: new Api(`${this.#url}/api/v1`, ownerToken), role: `TidewaiterECRScanning-${name}` };
  }

  get #database(): Readonly<Record<string, string>> {
    return { TIDEWAITER_DATABASE_URL: this.#options.databaseUrl ?? `sqlite:${join(this.folder, 'control-plane.db')}` };
  }

  /** Starts it, or starts it again at the same address. */
  async startControlPlane(): Promise<void> {
    const env = {
      ...this.#options.environment?.('control-plane'),
      ...this.#database,
      TIDEWAITER_LISTEN_PORT: this.#url === '' ? '0' : new URL(this.#url).port,
      TIDEWAITER_DEVELOPMENT_URLS: 'true',
      ...(this.#options.publicUrl === undefined ? {} : { TIDEWAITER_PUBLIC_URL: this.#options.publicUrl }),
      TIDEWAITER_OWNER_TOKEN_OUTPUT_FILE: join(this.folder, 'owner-token'),
      TIDEWAITER_LOG_LEVEL: this.#options.logLevel ?? 'info',
    };
    const start = { name: 'control-plane', args: [controlPlaneProgram, 'serve'], env, ready: /the control plane listens/ };
    this.#url = (JSON.parse(await this.#start(start).ready) as { url: string }).url;
  }

  /** Connects the cloud's registry by web identity, and has its push events sent to the webhook. */
  async connect({ name, api, role }: Workspace = this.workspace): Promise<Connected> {
    const body = {
      url: this.cloud.registryHost,
      access: { method: 'web-identity', roleArn: this.cloud.roleArn(role) },
      perimeter: { mode: 'entire' },
    };
    const connected = await api.post<Connected>('/registries', body);
    await this.cloud.trust(role, connected.trust);
    await this.cloud.sendPushEvents(name, `${this.#url}/api/webhooks/ecr`, connected.webhookKey.key);
    return connected;
  }

  /** Starts a sensor that enrols itself with a fresh token; the same name again is the same sensor, started again. */
  async startSensor(name = 'sensor', { api, role }: Workspace = this.workspace): Promise<Program> {
    const state = join(this.folder, name);
    await mkdir(state, { recursive: true, mode: 0o700 });
    const env = {
      ...this.#options.environment?.(name),
      ...this.#ready.environment,
      TIDEWAITER_CONTROL_PLANE_URL: this.#options.publicUrl ?? this.#url,
      TIDEWAITER_ENROLMENT_TOKEN: await this.#enrolmentToken(api),
      TIDEWAITER_SENSOR_NAME: name,
      TIDEWAITER_STATE_DIR: state,
      TIDEWAITER_FINGERPRINT_KEY_FILE: await this.#fingerprintKey(),
      TIDEWAITER_POLICY_FILE: await this.#policy(name, role),
      TIDEWAITER_ALLOW_PLAIN_LOOPBACK: 'true',
      TIDEWAITER_LOG_LEVEL: this.#options.logLevel ?? 'info',
    };
    const program = this.#start({ name, args: [sensorProgram, 'run'], env, ready: /the session begins/ });
    await program.ready;
    return program;
  }

  /** Ends every program, the last one first; nothing is started after. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    const programs = [...this.#programs.values()].toReversed();
    for (const program of programs) await program.stop();
  }

  /** What is started is the stage's to end, before it is ready, too. */
  #start(start: ProgramStart): Program {
    if (this.#closed) throw new Error(`the stage is closed: ${start.name} is not started`);
    const program = new Program(this.folder, start);
    this.#add(program);
    return program;
  }

  #add(program: Program): void {
    this.#programs.set(program.name, program);
    void program.ended.then((error) => this.#programEnded.resolve(error));
  }

  async #enrolmentToken(api: Api): Promise<string> {
    const { token } = await api.post<{ token: string }>('/enrolment-tokens', {});
    this.enrolmentTokens.push(token);
    return token;
  }

  /** One key for every sensor of the stage, as replicas share it. */
  async #fingerprintKey(): Promise<string> {
    const file = join(this.folder, 'fingerprint.key');
    const key = crypto.getRandomValues(new Uint8Array(32));
    await writeFile(file, key, { mode: 0o600, flag: 'wx' }).catch(() => undefined);
    return file;
  }

  async #policy(name: string, role: string): Promise<string> {
    const file = join(this.folder, `${name}-policy.json`);
    const policy = {
      accounts: [this.#ready.accountId],
      regions: [this.#ready.region],
      repositories: ['*'],
      roles: [this.cloud.roleArn(role)],
      hosts: [],
      ...this.#options.policy?.(name),
    };
    await writeFile(file, JSON.stringify(policy));
    return file;
  }
}
