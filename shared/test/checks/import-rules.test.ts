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

/** For each rule, a tree that breaks it. A rule without a planted breach fails below. */
const planted: Readonly<Record<string, readonly SourceFile[]>> = {
  'programs-apart': [{ path: 'sensor/src/scan/planted.ts', text: `import { x } from '@tidewaiter/control-plane/api';` }],
  'shared-is-pure': [{ path: 'shared/src/ids/planted.ts', text: 'export const now = () => Date.now();' }],
  'roots-build-adapters': [{ path: 'control-plane/src/api/planted.ts', text: `const store = await openStore('sqlite:x');` }],
  faces: [{ path: 'sensor/src/scan/planted.ts', text: `import { walk } from '../layers/tar-walk.ts';` }],
  'stages-flow': [{ path: 'sensor/src/layers/planted.ts', text: `import { scanImage } from '../scan/index.ts';` }],
  'detectors-are-pure': [{ path: 'sensor/src/detectors/rules/planted.ts', text: `import { readFileSync } from 'node:fs';` }],
  'content-apart': [{ path: 'sensor/src/registry/planted.ts', text: `import { walk } from '../layers/index.ts';` }],
  'env-in-config': [{ path: 'sensor/src/scan/planted.ts', text: 'const home = process.env.HOME;' }],
  'time-and-chance-passed-in': [
    { path: 'control-plane/src/assignments/planted.ts', text: 'const at = Date.now();' },
    { path: 'sensor/src/scan/planted.ts', text: 'const response = await fetch(url);' },
  ],
  'api-without-storage': [
    { path: 'control-plane/src/api/planted-value.ts', text: `import { openStoreX } from '../storage/index.ts';` },
    { path: 'control-plane/src/api/planted-type.ts', text: `import type { Assignment } from '../storage/index.ts';` },
  ],
  'api-without-a-store': [
    { path: 'control-plane/src/api/planted-use.ts', text: 'const tokens = await parts.store.tokens.list(workspaceId, page);' },
    { path: 'control-plane/src/api/planted-part.ts', text: 'const { store } = parts;' },
  ],
  'no-cycles': [
    { path: 'shared/src/ids/a.ts', text: `import { b } from './b.ts';` },
    { path: 'shared/src/ids/b.ts', text: `export { a } from './a.ts';` },
  ],
};

for (const rule of importRules) {
  t.test(`a planted breach of ${rule.id} is found`, (t) => {
    const breach = planted[rule.id];
    t.ok(breach, 'every rule has a planted breach');
    const found = rule.breaches([...sources, ...(breach ?? [])]);
    // A ring of imports is one breach of two files.
    const wanted = rule.id === 'no-cycles' ? 1 : breach?.length;
    t.equal(breach?.filter((file) => found.some((sentence) => sentence.startsWith(file.path))).length, wanted);
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
