import t from 'tap';
import { importRules, stages, support } from './import-rules.ts';
import { placeOf, readSources, type SourceFile } from './source-tree.ts';

const sources = readSources();

for (const rule of importRules) {
  t.test(`the tree keeps the rule ${rule.id}: ${rule.says}`, (t) => {
    t.strictSame(rule.breaches(sources), []);
    t.end();
  });
}

/** A file's path and text, or several files that break a rule only together. */
type Breach = readonly [path: string, text: string] | readonly SourceFile[];

/** For each rule, trees that break it, each found by itself. A rule without a planted breach fails below. */
const planted: Readonly<Record<string, readonly Breach[]>> = {
  'programs-apart': [
    ['sensor/src/scan/planted.ts', `import { x } from '@tidewaiter/control-plane/api';`],
    ['deploy/dev-cloud/src/sts/planted.ts', `import { x } from '@tidewaiter/shared/errors';`],
    ['control-plane/src/issuer/planted.ts', `import { x } from '@tidewaiter/dev-cloud/cloud';`],
  ],
  'shared-is-pure': [
    ['shared/src/ids/planted.ts', 'export const now = () => Date.now();'],
    ['shared/src/ids/planted.ts', `import { readFileSync } from 'node:fs';`],
    ['shared/src/ids/planted.ts', `import { request } from 'undici';`],
    ['shared/src/ids/planted.ts', 'console.log(1);'],
  ],
  'roots-build-adapters': [
    ['control-plane/src/api/planted.ts', `import { openStore } from '../storage/index.ts';`],
    ['control-plane/src/triggers/planted.ts', `import { Pool } from 'pg';\nconst pool = new Pool({});`],
    ['control-plane/src/triggers/planted.ts', `import * as pg from 'pg';\nconst pool = new pg.Pool({});`],
    [
      'sensor/src/credentials/own-identity.ts',
      `import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';\nnew STSClient({});`,
    ],
    ['sensor/src/credentials/planted.ts', `import { fromNodeProviderChain as chain } from '@aws-sdk/credential-providers';\nchain();`],
    ['sensor/src/session/connect.ts', `import { WebSocket } from 'ws';\nnew WebSocket('wss://x.example');`],
    ['sensor/src/session/planted.ts', `new WebSocket('wss://x.example');`],
    ['sensor/src/session/planted.ts', `const { request } = await import('undici');`],
    ['sensor/src/session/planted.ts', `import { postJson } from '../enrolment/index.ts';`],
    ['sensor/src/enrolment/enrol.ts', `import { type Dispatcher, request } from 'undici';\nawait request('https://x.example');`],
    ['sensor/src/enrolment/planted.ts', `import { createServer } from 'node:net';\ncreateServer();`],
  ],
  faces: [
    ['sensor/src/scan/planted.ts', `import { walk } from '../layers/tar-walk.ts';`],
    ['sensor/src/scan/planted.ts', `import type { Walk } from '../layers/tar-walk.ts';`],
    ['sensor/src/scan/planted.ts', `export { walk } from '../layers/tar-walk.ts';`],
  ],
  'stages-flow': [
    ['sensor/src/layers/planted.ts', `import { scanImage } from '../scan/index.ts';`],
    ['control-plane/src/storage/planted.ts', `import { createFindings } from '../findings/index.ts';`],
    ['control-plane/src/issuer/planted.ts', `import { registerApi } from '../api/index.ts';`],
  ],
  'detectors-are-pure': [
    ['sensor/src/detectors/rules/planted.ts', `import { readFileSync } from 'node:fs';`],
    ['sensor/src/detectors/planted.ts', `import { request } from 'undici';`],
  ],
  'content-apart': [
    ['sensor/src/registry/planted.ts', `import { walk } from '../layers/index.ts';`],
    ['sensor/src/layers/planted.ts', `import { createEngine } from '../detectors/index.ts';`],
  ],
  'env-in-config': [
    ['sensor/src/scan/planted.ts', 'const home = process.env.HOME;'],
    ['control-plane/src/http/planted.ts', `const { HOME } = process['env'];`],
    ['control-plane/src/http/planted.ts', `import { env } from 'node:process';`],
  ],
  'time-and-chance-passed-in': [
    ['control-plane/src/assignments/planted.ts', 'const at = Date.now();'],
    ['control-plane/src/storage/planted.ts', 'const read = Date.now;'],
    ['sensor/src/scan/planted.ts', 'const at = new Date();'],
    ['sensor/src/scan/planted.ts', 'const at = new Date;'],
    ['sensor/src/scan/planted.ts', 'const since = process.hrtime.bigint();'],
    ['sensor/src/commands/planted.ts', 'const chance = Math.random();'],
    ['sensor/src/reports/planted.ts', `import { randomUUID } from 'node:crypto';\nconst id = randomUUID();`],
    ['sensor/src/reports/planted.ts', 'const id = crypto.randomUUID();'],
    ['control-plane/src/workspaces/planted.ts', 'crypto.getRandomValues(new Uint8Array(4));'],
    ['control-plane/src/workspaces/planted.ts', `import { randomBytes } from 'node:crypto';\nrandomBytes(4);`],
    ['control-plane/src/http/planted.ts', `await globalThis.fetch('https://x.example');`],
    ['sensor/src/session/planted.ts', `process.once('SIGTERM', stop);`],
  ],
  'fetch-passed-in': [
    ['control-plane/src/http/planted.ts', `await fetch('https://x.example');`],
    ['sensor/src/scan/planted.ts', 'const answer = fetch(url).then((it) => it.json());'],
  ],
  'waits-by-a-given-clock': [
    ['control-plane/src/api/planted.ts', 'const since = performance.now();'],
    ['control-plane/src/storage/planted.ts', 'const clock = performance.now;'],
    ['sensor/src/session/planted.ts', 'const since = performance.now();'],
    ['sensor/src/sensor.ts', 'const now = (): number => performance.now();'],
    ['sensor/src/session/planted.ts', 'const { now } = performance;'],
    ['sensor/src/session/planted.ts', `const since = performance['now']();`],
    ['sensor/src/scan/planted.ts', `import { performance as clock } from 'node:perf_hooks';\nclock.now();`],
  ],
  'api-without-storage': [
    ['control-plane/src/api/planted.ts', `import { openStoreX } from '../storage/index.ts';`],
    ['control-plane/src/api/planted.ts', `import type { Assignment } from '../storage/index.ts';`],
  ],
  'api-without-a-store': [
    ['control-plane/src/api/planted.ts', 'const tokens = await parts.store.tokens.list(workspaceId, page);'],
    ['control-plane/src/api/planted.ts', 'const { store } = parts;'],
  ],
  'explicit-faces': [
    ['control-plane/src/catalog/index.ts', `export * from './face.ts';`],
    ['sensor/src/scan/index.ts', `export type * from './sink.ts';`],
  ],
  'workspace-first': [
    ['control-plane/src/storage/port/planted.ts', 'export interface AStore {\n  create(token: string): Promise<void>;\n}'],
    ['control-plane/src/storage/port/planted.ts', 'export interface AStore {\n  fetch(\n    id: string,\n  ): Promise<void>;\n}'],
  ],
  'no-cycles': [
    [
      { path: 'shared/src/ids/a.ts', text: `import { b } from './b.ts';` },
      { path: 'shared/src/ids/b.ts', text: `export { a } from './a.ts';` },
    ],
    [
      { path: 'sensor/src/scan/a.ts', text: `import './b.ts';` },
      { path: 'sensor/src/scan/b.ts', text: `import { type B, c } from './c.ts';` },
      { path: 'sensor/src/scan/c.ts', text: `const { a } = await import('./a.ts');` },
    ],
    [{ path: 'shared/src/ids/self.ts', text: `import { a } from './self.ts';` }],
  ],
};

const filesOf = (breach: Breach): readonly SourceFile[] => {
  const [first, second] = breach;
  return typeof first === 'string' && typeof second === 'string' ? [{ path: first, text: second }] : (breach as readonly SourceFile[]);
};

for (const rule of importRules) {
  t.test(`a planted breach of ${rule.id} is found`, (t) => {
    const breaches = (planted[rule.id] ?? []).map(filesOf);
    t.ok(breaches.length > 0, 'every rule has a planted breach');
    for (const files of breaches) {
      const others = sources.filter(({ path }) => !files.some((file) => file.path === path));
      const told = rule.breaches([...others, ...files]);
      t.ok(
        told.some((sentence) => files.some((file) => sentence.includes(file.path))),
        files.map(({ path, text }) => `${path}: ${text}`).join(' + '),
      );
    }
    t.end();
  });
}

t.test('comments and type-only imports are no breach', (t) => {
  const innocent: SourceFile[] = [
    {
      path: 'control-plane/src/incidents/innocent.ts',
      text: `import type { Store } from '../storage/index.ts';\n// process.env is not read here`,
    },
    { path: 'shared/src/ids/innocent.ts', text: '/* Date.now() would be wrong */ export const x = 1;' },
    { path: 'control-plane/src/storage/port/innocent.ts', text: 'export interface Rows { fetch(id: string): Promise<Row>; }' },
    { path: 'control-plane/src/dispatch/innocent.ts', text: 'const at = new Date(ms); const { fetch } = rows; await rows.fetch(id);' },
    { path: 'control-plane/src/triggers/innocent.ts', text: 'const all = (fetch: (id: string) => Rows) => fetch(id);' },
    { path: 'sensor/src/registry/ecr/innocent.ts', text: `import { ECRClient } from '@aws-sdk/client-ecr';\nlet client: ECRClient;` },
    { path: 'sensor/src/enrolment/innocent.ts', text: `import { type PostJson } from './post.ts';` },
  ];
  for (const rule of importRules) t.strictSame(rule.breaches(innocent), [], rule.id);
  t.end();
});

t.test('every folder of the two programs is a stage, a support folder or an entry point', (t) => {
  const unplaced = sources.filter(({ path }) => {
    const place = placeOf(path);
    if (!place || !stages[place.workspace]) return false;
    return ![...(stages[place.workspace] ?? []), ...(support[place.workspace] ?? []), 'api', 'commands', ''].includes(place.folder);
  });
  t.strictSame(
    unplaced.map((file) => file.path),
    [],
  );
  t.end();
});
