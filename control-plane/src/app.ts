import { TidewaiterError } from '@tidewaiter/shared/errors';
import { uuidv7 } from '@tidewaiter/shared/ids';
import type { FastifyBaseLogger } from 'fastify';
import { type ApiParts, registerApi } from './api/index.ts';
import { type Assignments, createAssignments } from './assignments/index.ts';
import { createCatalog, createRegistries } from './catalog/index.ts';
import { type ControlPlaneConfig, makeDatabaseFolder, sealingKeyOf } from './config/index.ts';
import { Gateway } from './dispatch/index.ts';
import { createFindings, type Findings } from './findings/index.ts';
import { createHttpServer, type HttpServer, tryAddress } from './http/index.ts';
import { createIncidents } from './incidents/index.ts';
import { Issuer } from './issuer/index.ts';
import { ensureFirstOwner } from './owner-token.ts';
import { Sensors } from './sensors/index.ts';
import { type Context, openStore } from './storage/index.ts';
import { type Sweep, Sweeper } from './sweeper.ts';
import { createTriggers, createWebhookKeys, type Triggers } from './triggers/index.ts';
import { Workspaces } from './workspaces/index.ts';

/** Path of the OIDC issuer under the public URL; AWS compares the whole URL. */
const ISSUER_PATH = '/exposed';

/** An untagged push waits two seconds for its index; this is what a sweep may add to them, for one cheap query. */
const SETTLE_EVERY_MS = 500;

/** A lease lasts 120 s, so work of a dead sensor is back in the queue at most this much later. */
const EXPIRE_EVERY_MS = 2_000;

/** What waits for a sensor that is gone waits for minutes; one cheap query where nothing was refused. */
const STRAND_EVERY_MS = 5_000;

/** What a crash left without a verdict, someone may wait for; one cheap query where nothing is. */
const SETTLE_OWED_EVERY_MS = 5_000;

/** Intervals between listings are half an hour or more: seconds are as good as at once. */
const LISTINGS_EVERY_MS = 5_000;

/** Whoever changes exclusions watches what becomes of it; one cheap query where nobody did. */
const JUDGE_EVERY_MS = 1_000;

/** What is forgotten was kept for days; hourly keeps each deletion small. */
const PRUNE_EVERY_MS = 3_600_000;

/** How long a replica may sign on with a key that another rotated; the next one is published a day before it signs. */
const ISSUER_KEYS_EVERY_MS = 60_000;

/** What the program takes from its surroundings. */
export interface Surroundings {
  readonly now: () => number;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly log: FastifyBaseLogger;
  /** Shows the first owner token to a person; null where nobody watches. */
  readonly showOwnerToken: ((token: string) => void) | null;
}

export interface App {
  /** Where it listens. */
  readonly url: string;
  /** Drains sensors, ends waiting requests, and closes everything. */
  close(): Promise<void>;
}

/** The composition root: builds every part, joins them, and listens. What it opened it closes again when it cannot start. */
export async function startApp(config: ControlPlaneConfig, around: Surroundings): Promise<App> {
  await checkAddress(config);
  const context = await openContext(config, around);
  const server = createHttpServer({ log: around.log, bodyBytesMax: config.bodyBytesMax });
  try {
    return await startOn(context, server, config, around);
  } catch (error) {
    await server.close();
    await context.store.close();
    throw error;
  }
}

async function startOn(context: Context, server: HttpServer, config: ControlPlaneConfig, around: Surroundings): Promise<App> {
  const { log } = around;
  const closing = new AbortController();
  const urls = urlsOf(config, server);
  const sealing = sealingKeyOf(config, around.random);
  if (sealing.note !== null) log.info(sealing.note);
  const { parts, gateway, sweeps } = compose({ ...config, keyEncryptionKey: sealing.key }, context, around, urls, closing.signal);
  await parts.issuer.refresh();
  await registerApi(server, parts);
  gateway.attach(server.server);
  await listen(server, config);
  // Last: a token is handed out once, and by a program that stays.
  await ensureFirstOwner({
    workspaces: parts.workspaces,
    log,
    given: config.ownerToken,
    show: around.showOwnerToken,
    file: config.ownerTokenOutputFile,
  });
  const sweeper = new Sweeper(log);
  sweeper.start(sweeps);
  const url = urls.bound();
  log.info({ url, publicUrl: urls.public(), issuer: urls.issuer(), docs: `${url}/docs` }, 'the control plane listens');
  if (urls.issuer() === null) log.info('there is no OIDC issuer: web identity needs TIDEWAITER_PUBLIC_URL');
  return { url, close: () => closeAll({ closing, sweeper, gateway, server, context }) };
}

/** Before a folder, a database or a key is made: a start that is refused leaves nothing. Requests are answered much later only. */
const checkAddress = ({ listenHost: host, listenPort: port }: ControlPlaneConfig): Promise<void> =>
  tryAddress(host, port).catch((cause: unknown) => {
    throw addressRefused(host, port, cause);
  });

async function listen(server: HttpServer, { listenHost: host, listenPort: port }: ControlPlaneConfig): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    throw addressRefused(host, port, cause);
  }
}

const addressRefused = (host: string, port: number, cause: unknown): TidewaiterError =>
  new TidewaiterError('config.invalid', {
    which: 'TIDEWAITER_LISTEN_HOST and TIDEWAITER_LISTEN_PORT',
    got: cause instanceof Error ? cause.message : `${host}:${port}`,
    want: 'an address of this machine and a free port',
    remedy: 'Choose another port, or stop the program that has it.',
    cause,
  });

/** Opens the store alone, for commands that need no server. */
export async function openContext(
  config: ControlPlaneConfig,
  { now, monotonic, random, log }: Omit<Surroundings, 'showOwnerToken'>,
): Promise<Context> {
  makeDatabaseFolder(config.databaseFolder);
  const store = await openStore(config.databaseUrl, { now, monotonic });
  return { store, now, newId: () => uuidv7(now(), random(10)), log };
}

interface Urls {
  readonly bound: () => string;
  readonly public: () => string;
  /** What sensors may sign for. */
  readonly audiences: () => readonly string[];
  /** Null where AWS could not reach it. */
  readonly issuer: () => string | null;
}

function urlsOf(config: ControlPlaneConfig, server: HttpServer): Urls {
  const bound = (): string => {
    const address = server.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : config.listenPort;
    const host = config.listenHost === '0.0.0.0' || config.listenHost === '::' ? '127.0.0.1' : config.listenHost;
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  };
  const known = (): string => config.publicUrl ?? bound();
  const issuer = (): string | null => (config.publicUrl !== null || config.developmentUrls ? `${known()}${ISSUER_PATH}` : null);
  // Without a public URL it is one machine's own, and `localhost` is as good a name for it.
  const alias = (): readonly string[] => (config.publicUrl === null ? [bound().replace('//127.0.0.1:', '//localhost:')] : []);
  const audiences = (): readonly string[] => [known(), ...config.sensorUrls, ...alias()];
  return { bound, public: known, audiences, issuer };
}

/** What `compose` needs: a key is there by then. */
type Sealed = ControlPlaneConfig & { readonly keyEncryptionKey: Uint8Array };

interface Composed {
  readonly parts: ApiParts;
  readonly gateway: Gateway;
  readonly sweeps: readonly Sweep[];
}

function compose(config: Sealed, context: Context, around: Surroundings, urls: Urls, closing: AbortSignal): Composed {
  const { store, now, newId, log } = context;
  const { random, monotonic } = around;
  const sensors = new Sensors(store, { now, random, newId });
  const issuer = new Issuer({ store, issuerUrl: urls.issuer, keyEncryptionKey: config.keyEncryptionKey, now, random, newId });
  const findings = createFindings(context);
  const assignments = createAssignments(context, findings);
  const catalog = createCatalog(context, assignments);
  const triggers = createTriggers(context, assignments);
  const { audiences } = urls;
  const gateway = new Gateway({
    work: assignments,
    listings: catalog,
    findings,
    issuer,
    sensors,
    store,
    audiences,
    now,
    monotonic,
    newId,
    log,
  });
  const parts: ApiParts = {
    now,
    monotonic,
    workspaces: new Workspaces(store, { now, random, newId }),
    sensors,
    issuer,
    gateway,
    assignments,
    registries: createRegistries(context),
    catalog,
    triggers,
    webhookKeys: createWebhookKeys(context, random),
    findings,
    incidents: createIncidents(context),
    ready: () => store.ping(),
    publicUrl: urls.public,
    closing,
  };
  return { parts, gateway, sweeps: sweepsOf({ triggers, assignments, issuer, findings }) };
}

interface Swept {
  readonly triggers: Pick<Triggers, 'settle' | 'sweep' | 'prune'>;
  readonly assignments: Pick<Assignments, 'expire' | 'strand' | 'settleOwed'>;
  readonly issuer: Pick<Issuer, 'refresh'>;
  readonly findings: Pick<Findings, 'judgeAnew' | 'prune'>;
}

function sweepsOf({ triggers, assignments, issuer, findings }: Swept): readonly Sweep[] {
  return [
    { name: 'settle push events', everyMs: SETTLE_EVERY_MS, run: () => triggers.settle() },
    { name: 'expire leases', everyMs: EXPIRE_EVERY_MS, run: () => assignments.expire() },
    { name: 'end refused work that nobody is there for', everyMs: STRAND_EVERY_MS, run: () => assignments.strand() },
    { name: 'make verdicts that failed work owes', everyMs: SETTLE_OWED_EVERY_MS, run: () => assignments.settleOwed() },
    { name: 'queue due listings', everyMs: LISTINGS_EVERY_MS, run: () => triggers.sweep() },
    { name: 'judge anew under changed exclusions', everyMs: JUDGE_EVERY_MS, run: () => findings.judgeAnew() },
    { name: 'forget unfinished layers', everyMs: PRUNE_EVERY_MS, run: () => findings.prune() },
    { name: 'forget old push events', everyMs: PRUNE_EVERY_MS, run: () => triggers.prune() },
    { name: 'rotate issuer keys', everyMs: ISSUER_KEYS_EVERY_MS, run: () => issuer.refresh() },
  ];
}

interface Running {
  readonly closing: AbortController;
  readonly sweeper: Sweeper;
  readonly gateway: Gateway;
  readonly server: HttpServer;
  readonly context: Context;
}

/** In the order in which each still needs the next: waiters, sweeps, sockets, requests, database. */
async function closeAll({ closing, sweeper, gateway, server, context }: Running): Promise<void> {
  closing.abort();
  await sweeper.stop();
  await gateway.close();
  await server.close();
  await context.store.close();
}
