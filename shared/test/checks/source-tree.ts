import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

export const repositoryRoot = new URL('../../..', import.meta.url).pathname.replace(/\/$/, '');

/** A source file: its path from the repository's root and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/**
 * An import: `target` is a path from the root for our own files, the bare specifier otherwise. `typeOnly` leaves no trace at run time.
 * `values` are the local names that stand for something at run time.
 */
export interface ImportEdge {
  readonly from: string;
  readonly target: string;
  readonly typeOnly: boolean;
  readonly values: readonly string[];
}

const WORKSPACES: Readonly<Record<string, string>> = {
  '@tidewaiter/shared': 'shared',
  '@tidewaiter/control-plane': 'control-plane',
  '@tidewaiter/sensor': 'sensor',
  '@tidewaiter/dev-cloud': 'deploy/dev-cloud',
};

/** Every TypeScript source file of the four workspaces (src only). */
export function readSources(): readonly SourceFile[] {
  return Object.values(WORKSPACES).flatMap((workspace) => filesUnder(join(repositoryRoot, workspace, 'src')));
}

function filesUnder(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return /\.tsx?$/.test(entry.name) ? [{ path: relative(repositoryRoot, path), text: readFileSync(path, 'utf8') }] : [];
  });
}

const STATEMENT =
  /(?:^|\n)\s*(import|export)\s+(type\s+)?([^'";]*?)\s*from\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'|import\(\s*'([^']+)'\s*\)/g;

/** The imports a file's text states, static and dynamic. */
export function importsOf(file: SourceFile): readonly ImportEdge[] {
  return [...withoutComments(file.text).matchAll(STATEMENT)].map((match) => {
    const specifier = match[4] ?? match[5] ?? match[6] ?? '';
    const names = match[3] ?? '';
    const typeOnly =
      match[2] !== undefined || (/^\{[^}]*\}$/.test(names.trim()) && namesOf(names).every((name) => name.startsWith('type ')));
    return { from: file.path, target: resolve(file.path, specifier), typeOnly, values: match[2] === undefined ? valuesOf(names) : [] };
  });
}

/** `a, { b, type C, d as e }` -> a, b, e; `* as f` -> f. */
const valuesOf = (clause: string): readonly string[] =>
  namesOf(clause)
    .filter((name) => !name.startsWith('type '))
    .map(
      (name) =>
        name
          .split(/\sas\s/)
          .at(-1)
          ?.trim() ?? name,
    );

const namesOf = (braces: string): readonly string[] =>
  braces
    .replace(/[{}]/g, '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(dirname(from), specifier);
  const workspace = Object.keys(WORKSPACES).find((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (!workspace) return specifier;
  return `${WORKSPACES[workspace]}/src${specifier.slice(workspace.length)}/index.ts`;
}

/** Comments blanked, so that a rule never trips over prose. Strings that hold `//` keep what stands before a space. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' ')).replace(/(^|[\s;,{(])\/\/[^\n]*/g, '$1');
}

/** `control-plane/src/api/x.ts` -> workspace `control-plane`, folder `api`; files at the top of src have folder ''. */
export function placeOf(path: string): { readonly workspace: string; readonly folder: string } | null {
  const match = /^(shared|control-plane|sensor|deploy\/dev-cloud)\/src\/(?:([^/]+)\/)?[^/]*/.exec(path);
  if (!match) return null;
  return { workspace: match[1] ?? '', folder: match[2] ?? '' };
}
