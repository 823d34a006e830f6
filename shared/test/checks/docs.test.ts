import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { variables as controlPlaneVariables } from '../../../control-plane/src/config/index.ts';
import { daemonVariables, scanVariables } from '../../../sensor/src/config/index.ts';
import type { Variable } from '@tidewaiter/shared/config';
import { errorCodes } from '@tidewaiter/shared/errors';
import { gapReasons } from '@tidewaiter/shared/findings';
import { frames } from '@tidewaiter/shared/protocol';
import { repositoryRoot } from './source-tree.ts';

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(repositoryRoot, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));
const read = (page: string): string => readFileSync(join(repositoryRoot, page), 'utf8');

/** The rows of the first table whose header starts with `firstHeader`: cells, code marks removed. */
function tableRows(page: string, firstHeader: string): readonly (readonly string[])[] {
  const lines = read(page).split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHeader} |`));
  if (start < 0) throw new Error(`${page} has no table that starts with | ${firstHeader} |`);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'));
  return lines.slice(start + 2, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

t.test('docs/errors.md and the error codes are equal', (t) => {
  const wanted = Object.entries(errorCodes).map(([code, { status, title, retryable }]) => [
    code,
    String(status),
    title,
    retryable ? 'yes' : 'no',
  ]);
  t.strictSame(tableRows('docs/errors.md', 'code'), wanted);
  t.end();
});

/** As the README's tables print a variable; a bar would end the cell. */
const rowOf = ({ name, type, unit, fallbackText, meaning }: Variable<unknown>): readonly string[] =>
  [name, type, unit ?? '', fallbackText ?? '', meaning].map((cell) => cell.replaceAll('|', '/').replaceAll('`', ''));

t.test('the README’s tables of variables are equal to the configuration', (t) => {
  const sensor = new Map(Object.values({ ...daemonVariables, ...scanVariables }).map((variable) => [variable.name, rowOf(variable)]));
  t.strictSame(tableRows('README.md', 'control plane'), Object.values(controlPlaneVariables).map(rowOf));
  t.strictSame(tableRows('README.md', 'sensor'), [...sensor.values()]);
  t.end();
});

t.test('docs/coverage.md has a row for each reason a gap can have', (t) => {
  t.strictSame(
    tableRows('docs/coverage.md', 'reason').map(([reason]) => reason),
    [...gapReasons],
  );
  t.end();
});

t.test('docs/protocol.md has a row for each frame', (t) => {
  t.strictSame(
    tableRows('docs/protocol.md', 'frame').map(([frame]) => frame),
    Object.keys(frames),
  );
  t.end();
});

t.test('every test that docs/bad-input.md names exists, under that name', (t) => {
  const named = tableRows('docs/bad-input.md', 'input').flatMap(([input, , tests = '']) =>
    tests.split('<br>').map((test) => [input, ...test.split(/: (.*)/s)] as const),
  );
  t.ok(named.length > 0);
  for (const [input, file = '', name = ''] of named) {
    const text = existsSync(join(repositoryRoot, file)) ? read(file) : '';
    t.ok(name !== '' && text.includes(`'${name}'`), `${input}: ${file}: ${name}`);
  }
  t.end();
});

for (const page of pages) {
  t.test(`every relative link of ${page} leads somewhere`, (t) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1] ?? '');
    t.strictSame(
      links.filter((link) => !existsSync(join(repositoryRoot, dirname(page), link))),
      [],
    );
    t.end();
  });
}

t.test('every npm script the pages name exists', (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = pages.flatMap((page) => [...read(page).matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map((match) => match[1] ?? ''));
  t.strictSame(
    [...new Set(named)].filter((name) => !(name in scripts)),
    [],
  );
  t.end();
});
