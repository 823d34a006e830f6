import { type ImportEdge, importsOf, type SourceFile, withoutComments } from './source-tree.ts';

/** What composes the parts: the two programs, and the one-shot's way to a registry. */
const compositionRoots = ['control-plane/src/app.ts', 'sensor/src/sensor.ts', 'sensor/src/commands/remote-opener.ts'];

/** Files (or folders, with a slash at the end) that make adapters, and the factories by which a composition root has it done. */
const makers: Readonly<Record<string, readonly string[]>> = {
  'control-plane/src/storage/': ['openStore'],
  'control-plane/src/http/server.ts': ['createHttpServer'],
  'control-plane/src/http/address.ts': ['tryAddress'],
  'control-plane/src/dispatch/gateway.ts': ['Gateway'],
  'sensor/src/credentials/sts-client.ts': ['createStsClient', 'createHostStsClient'],
  'sensor/src/credentials/host-role.ts': ['createHostCredentials'],
  'sensor/src/registry/ecr/client.ts': ['createEcrClient'],
  'sensor/src/registry/network/': ['createRegistryNetwork'],
  'sensor/src/enrolment/post.ts': ['postJson'],
  'sensor/src/enrolment/state-lock.ts': ['lockState'],
  'sensor/src/session/socket.ts': ['openSocket'],
};
const factories = Object.values(makers).flat();

/** Modules whose functions and classes reach the outside. */
const reachesOut = /^(?:ws|undici|pg|better-sqlite3|fastify|@aws-sdk\/.+|node:(?:net|tls|dgram|http|https|http2))$/;
/** What of them does not: a request that is not sent yet, and sums over addresses. */
const isHarmless = (name: string): boolean => name.endsWith('Command') || ['BlockList', 'isIP'].includes(name);
/** What needs no import to reach out. */
const globalSockets = /\bnew (?:WebSocket|EventSource)\(/g;

/** Adapters made outside a maker, and factories taken by anything but a composition root. */
export function adapterBreaches(files: readonly SourceFile[]): readonly string[] {
  return files.filter(({ path }) => /^(?:control-plane|sensor)\/src\//.test(path)).flatMap((file) => [...made(file), ...taken(file)]);
}

function made(file: SourceFile): readonly string[] {
  if (makerOf(file.path) !== undefined) return [];
  const text = withoutComments(file.text);
  const calls = importsOf(file).flatMap((edge) => callsOf(edge, text));
  const sockets = [...text.matchAll(globalSockets)].map(([call]) => call.slice(0, -1));
  return [...new Set([...calls, ...sockets])].map((call) => `${file.path} makes ${call}`);
}

function callsOf({ target, typeOnly, values }: ImportEdge, text: string): readonly string[] {
  if (typeOnly || !reachesOut.test(target)) return [];
  // A dynamic import names nothing: whatever it is for, it belongs into a maker.
  if (values.length === 0) return [`import of ${target}`];
  const makes = (name: string): RegExp => new RegExp(`(?<![.\\w])${name.replace(/^\*\s+as\s+/, '')}(?:\\.\\w+)?\\(`);
  return values.filter((name) => !isHarmless(name) && makes(name).test(text)).map((name) => `${name} of ${target}`);
}

/** The face of a maker's folder hands its factories on; types of them may be named anywhere. */
function taken(file: SourceFile): readonly string[] {
  if (compositionRoots.includes(file.path) || makerOf(file.path) !== undefined || /\/src\/[^/]+\/index\.ts$/.test(file.path)) return [];
  return importsOf(file)
    .filter(({ typeOnly, target }) => !typeOnly && /^(?:control-plane|sensor)\/src\//.test(target))
    .flatMap(({ values }) => values.filter((name) => factories.includes(name)))
    .map((name) => `${file.path} takes the factory ${name}`);
}

const makerOf = (path: string): string | undefined =>
  Object.keys(makers).find((maker) => path === maker || (maker.endsWith('/') && path.startsWith(maker)));
