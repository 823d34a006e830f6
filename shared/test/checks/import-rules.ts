import { adapterBreaches } from './adapters.ts';
import { type ImportEdge, importsOf, placeOf, type SourceFile, withoutComments } from './source-tree.ts';

/** A rule of ARCHITECTURE.md, as a function from the source tree to the sentences that name each breach. */
export interface ImportRule {
  readonly id: string;
  readonly says: string;
  readonly breaches: (files: readonly SourceFile[]) => readonly string[];
}

/** The stages in the order of the drawing; a stage imports only later ones. */
export const stages: Readonly<Record<string, readonly string[]>> = {
  'control-plane': ['triggers', 'catalog', 'assignments', 'dispatch', 'issuer', 'findings', 'incidents'],
  sensor: ['session', 'credentials', 'scan', 'archives', 'registry', 'nested', 'layers', 'detectors', 'reports'],
};
/** Folders any stage may use and that use no stage. */
export const support: Readonly<Record<string, readonly string[]>> = {
  'control-plane': ['storage', 'sensors', 'workspaces', 'http', 'telemetry', 'config'],
  sensor: ['memory', 'fingerprint', 'policy', 'enrolment', 'telemetry', 'config'],
};
/** What takes clock, chance and signals from the process, and gives them to all others. */
const givers = [
  'control-plane/src/main.ts',
  'control-plane/src/commands/context.ts',
  'control-plane/src/commands/serve.ts',
  'sensor/src/main.ts',
];

/** A clock, chance, the network or a signal that nobody gave. */
const surroundings = new RegExp(
  [
    String.raw`\bDate\.now\b|\bnew Date(?!\w|\([^)])|\bperformance\.timeOrigin\b|\bprocess\.(?:hrtime|uptime)\b`,
    String.raw`\bMath\.random\b|\bcrypto\.random\w+|\bgetRandomValues\b|\brandom(?:UUID|Bytes|Int|Fill\w*)\b(?=[^'}]*\} from 'node:crypto')`,
    String.raw`\bglobalThis\.fetch\b`,
    String.raw`\bprocess\.(?:on|once|addListener)\('SIG`,
  ].join('|'),
  'g',
);

/** May use any stage's face. */
export const entryPoints = ['api', 'commands', ''];

const edgesOf = (files: readonly SourceFile[]): readonly ImportEdge[] => files.flatMap(importsOf);

function edgeRule(id: string, says: string, isBreach: (edge: ImportEdge) => boolean): ImportRule {
  const breaches = (files: readonly SourceFile[]): readonly string[] =>
    edgesOf(files)
      .filter(isBreach)
      .map((edge) => `${edge.from} imports ${edge.target}`);
  return { id, says, breaches };
}

function textRule(id: string, says: string, inScope: (path: string) => boolean, forbidden: RegExp): ImportRule {
  const breaches = (files: readonly SourceFile[]): readonly string[] =>
    files
      .filter((file) => inScope(file.path))
      .flatMap((file) => [...withoutComments(file.text).matchAll(forbidden)].map((match) => `${file.path} holds ${match[0].trim()}`));
  return { id, says, breaches };
}

const isInFolder = (path: string, workspace: string, folder: string): boolean => path.startsWith(`${workspace}/src/${folder}/`);

/** The console is to be a workspace folder beside src/, or a folder in it. */
const isApi = (path: string): boolean => /^control-plane\/(?:src\/(?:api|console)|console)\//.test(path);

export const importRules: readonly ImportRule[] = [
  edgeRule(
    'programs-apart',
    'control-plane, sensor and dev-cloud never import each other; dev-cloud does not import shared',
    ({ from, target }) => {
      const [source, destination] = [placeOf(from)?.workspace, placeOf(target)?.workspace];
      if (!source || !destination || source === destination) return false;
      return destination !== 'shared' || source === 'deploy/dev-cloud';
    },
  ),
  textRule(
    'shared-is-pure',
    'shared does no I/O, reads no env and no clock, draws no random numbers, logs nothing, and needs typebox and re2js alone',
    (path) => path.startsWith('shared/src/'),
    /'node:[^']+'|\bfrom '(?!\.|(?:typebox|re2js)['/])[^']+'|\bprocess\.|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bconsole\.|\bfetch\(|\bsetTimeout\(|\bcrypto\.getRandomValues\b|\bperformance\.now\b/g,
  ),
  {
    id: 'roots-build-adapters',
    says: 'only the composition roots have stores, AWS clients and sockets made, by the factories that ARCHITECTURE.md names',
    breaches: adapterBreaches,
  },
  edgeRule('faces', "across folders only the other folder's index.ts is imported", ({ from, target }) => {
    const [source, destination] = [placeOf(from), placeOf(target)];
    if (!source || !destination) return false;
    const isElsewhere = source.workspace !== destination.workspace || source.folder !== destination.folder;
    return isElsewhere && destination.folder !== '' && !target.endsWith(`/src/${destination.folder}/index.ts`);
  }),
  edgeRule('stages-flow', 'a stage imports only later stages; support folders import no stage', ({ from, target }) => {
    const [source, destination] = [placeOf(from), placeOf(target)];
    if (!source || !destination || source.workspace !== destination.workspace || source.folder === destination.folder) return false;
    return isUpstream(source.workspace, source.folder, destination.folder);
  }),
  edgeRule(
    'detectors-are-pure',
    'detectors import nothing but their rules, the pass memory and shared; custom rules re2js and yaml, which are pure',
    ({ from, target }) => {
      if (!isInFolder(from, 'sensor', 'detectors')) return false;
      return !/^(?:shared\/src\/|sensor\/src\/(?:detectors|memory)\/|node:(?:crypto|zlib|buffer)$|re2js$|yaml$)/.test(target);
    },
  ),
  edgeRule(
    'content-apart',
    'registry knows nothing of layers, layers and nested nothing of detectors; scan joins them',
    ({ from, target }) => {
      if (isInFolder(from, 'sensor', 'registry') || isInFolder(from, 'sensor', 'archives'))
        return /^sensor\/src\/(?:layers|nested|detectors|scan|reports)\//.test(target);
      const isContent = isInFolder(from, 'sensor', 'layers') || isInFolder(from, 'sensor', 'nested');
      return isContent && /^sensor\/src\/(?:detectors|registry|scan|reports)\//.test(target);
    },
  ),
  textRule(
    'env-in-config',
    'process.env is read in config/ only',
    (path) => /^(control-plane|sensor)\/src\//.test(path) && !/\/src\/config\//.test(path),
    /\bprocess\s*(?:\.\s*|\?\.\s*|\[\s*['"])env\b|'node:process'/g,
  ),
  textRule(
    'time-and-chance-passed-in',
    'clock, ids, chance, fetch and signals come from the caller, from the program’s first file on',
    (path) => /^(control-plane|sensor)\/src\//.test(path) && !/\/src\/config\//.test(path) && !givers.includes(path),
    surroundings,
  ),
  { id: 'fetch-passed-in', says: 'fetch comes from the caller, too', breaches: globalFetches },
  textRule(
    'waits-by-a-given-clock',
    'the monotonic clock comes from the caller, too',
    (path) => /^(control-plane|sensor)\/src\//.test(path) && !givers.includes(path),
    /\bperformance\s*(?:\??\.\s*|\[\s*['"])now\b|\{[^{}]*\bnow\b[^{}]*\}\s*=\s*performance\b|'node:perf_hooks'/g,
  ),
  edgeRule(
    'api-without-storage',
    'api/ and the console import nothing of storage, types included: what a stage lets them see, its face names',
    ({ from, target }) => isApi(from) && isInFolder(target, 'control-plane', 'storage'),
  ),
  textRule('api-without-a-store', 'api/ and the console are handed no store', isApi, /(?<!-)\b[sS]tore\b/g),
  textRule(
    'explicit-faces',
    'a face names what it shows: no `export *`',
    (path) => /^(?:shared|control-plane|sensor)\/src\/(?:[^/]+\/)?index\.ts$/.test(path),
    /\bexport\s+(?:type\s+)?\*/g,
  ),
  {
    id: 'workspace-first',
    says: 'workspaceId is the first argument of every store verb but those that the comment of the storage port names',
    breaches: verbsWithoutWorkspace,
  },
  { id: 'no-cycles', says: 'no run-time import cycles', breaches: cyclesIn },
];

/** Calls of the global `fetch`: not what is called by a dot, declared as a verb, or a parameter of that name. */
function globalFetches(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => /^(control-plane|sensor)\/src\//.test(path))
    .map(({ path, text }) => ({ path, text: withoutComments(text) }))
    .filter(({ text }) => /(?<![.\w])fetch\((?![^()]*\)\s*[:{])/.test(text) && !/\bfetch: \(/.test(text))
    .map(({ path }) => `${path} calls fetch`);
}

function isUpstream(workspace: string, from: string, to: string): boolean {
  const order = stages[workspace];
  if (!order || entryPoints.includes(from)) return false;
  if (entryPoints.includes(to)) return true;
  if (support[workspace]?.includes(from)) return order.includes(to);
  if (support[workspace]?.includes(to)) return false;
  return order.indexOf(to) < order.indexOf(from);
}

/** Verbs of the storage port that ask for no workspace and are not named, and names of the comment that are no such verb. */
function verbsWithoutWorkspace(files: readonly SourceFile[]): readonly string[] {
  const ports = files.filter(({ path }) => path.startsWith('control-plane/src/storage/port/'));
  const lacking = ports.flatMap(({ path, text }) =>
    [...withoutComments(text).matchAll(/export interface (\w+Store) \{\n([\s\S]*?)\n\}/g)].flatMap(([, store = '', verbs = '']) =>
      [...verbs.matchAll(/^ {2}(\w+)\(\s*(\w*)/gm)]
        .filter(([, , first]) => first !== 'workspaceId')
        .map(([, verb = '']) => ({ path, verb: `${store}.${verb}` })),
    ),
  );
  const allowed = ports.flatMap(({ text }) =>
    [...(/\/\*\n[\s\S]*?\*\//.exec(text)?.[0] ?? '').matchAll(/`(\w+Store\.\w+)`/g)].map(([, verb]) => verb),
  );
  return [
    ...lacking.filter(({ verb }) => !allowed.includes(verb)).map(({ path, verb }) => `${path} has ${verb} without workspaceId`),
    ...allowed.filter((name) => !lacking.some(({ verb }) => verb === name)).map((name) => `the comment of the port names ${name}`),
  ];
}

function cyclesIn(files: readonly SourceFile[]): readonly string[] {
  const next = new Map<string, readonly string[]>();
  for (const file of files)
    next.set(
      file.path,
      importsOf(file)
        .filter((edge) => !edge.typeOnly)
        .map((edge) => edge.target),
    );
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (done.has(path) || trail.includes(path)) return;
    for (const target of next.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) walk(path, []);
  return found;
}
