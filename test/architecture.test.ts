import { expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SRC = resolve(__dirname, '../src');
/** What each layer may import besides itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  sdk: [],
  targets: ['sdk'],
  sources: ['sdk', 'targets'],
  sync: ['sdk', 'targets'],
  host: ['sdk', 'targets', 'sources', 'sync'],
  cli: ['sdk', 'targets', 'sync', 'host'],
  testing: ['sdk', 'targets', 'sync', 'host'],
  'index.ts': ['sdk'],
};
const HOST_ONLY = ['inversify', 'jiti', 'reflect-metadata'];
const MAX_LINES = 400;

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join(SRC, file));

const layerOf = (file: string): string => relative(SRC, file).split(/[\\/]/)[0] as string;

/** The modules that a file names in import, export-from and dynamic import. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'|^import '([^']+)'/gm)].map(
    ([, named, bare]) => (named ?? bare) as string,
  );
}

it('looks at every file of every layer', () => {
  expect(new Set(files.map(layerOf))).toEqual(new Set(Object.keys(MAY_IMPORT)));
});

it('layers import downwards only', () => {
  const upward = files.flatMap((file) =>
    importsOf(file)
      .filter((name) => name.startsWith('.'))
      .map((name) => layerOf(resolve(dirname(file), name)))
      .filter((layer) => layer !== layerOf(file) && !MAY_IMPORT[layerOf(file)]?.includes(layer))
      .map((layer) => `${relative(SRC, file)} imports ${layer}`),
  );
  expect(upward).toEqual([]);
});

it('no file imports itself through others', () => {
  const graph = new Map(
    files.map((file) => [
      file,
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => resolve(dirname(file), name.replace(/\.js$/, '.ts'))),
    ]),
  );
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, above: readonly string[]): void => {
    if (above.includes(file))
      cycles.push([...above.slice(above.indexOf(file)), file].map((f) => relative(SRC, f)).join(' > '));
    if (done.has(file) || above.includes(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...above, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});

it('only the host knows its container and its loader', () => {
  const elsewhere = files
    .filter((file) => layerOf(file) !== 'host')
    .filter((file) => importsOf(file).some((name) => HOST_ONLY.includes(name)) && !onlyTypes(file));
  expect(elsewhere.map((file) => relative(SRC, file))).toEqual([]);
});

/** The command line and the suites name the container's type, which costs and couples nothing at run time. */
function onlyTypes(file: string): boolean {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines
    .filter((line) => HOST_ONLY.some((name) => line.includes(`'${name}'`)))
    .every((line) => line.startsWith('import type'));
}

it('no file is two ideas', () => {
  const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > MAX_LINES);
  expect(long.map((file) => relative(SRC, file))).toEqual([]);
});

it('no target is named outside its own folder', () => {
  const named = files
    .filter((file) => !relative(SRC, file).startsWith('targets'))
    .filter((file) => /['"](duckdb|postgres|parquet)['"]/.test(readFileSync(file, 'utf8')));
  expect(named.map((file) => relative(SRC, file))).toEqual([]);
});
