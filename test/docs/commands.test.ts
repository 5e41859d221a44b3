import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { usePostgres } from '../helpers/postgres-server.js';
import { codeBlocks, codeSpans, readDoc, withoutCodeBlocks } from './markdown.js';
import { WarmHost } from '../helpers/warm-host.js';
import { fillWorkspace, runLine, startServer, type Server } from './workspace.js';

const PAGES = [
  'README.md',
  'docs/guide/write-a-connector.md',
  'docs/guide/read-a-rest-api.md',
  'docs/guide/incremental-sync.md',
  'docs/guide/nested-data.md',
  'docs/guide/partitions.md',
  'docs/guide/pipelines.md',
  'docs/guide/write-to-an-api.md',
  'docs/guide/reverse-etl.md',
  'docs/guide/postgres.md',
  'docs/reference/errors.md',
  'python-connectors/my-plugin-daily-events/README.md',
];

/** Commands that are shown and not run here, with the reason. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'npm test': 'it is what runs this test',
};
/** Reads an API of its own, which stands at its default address. */
const EVENTS_CONNECTOR = 'my-plugin-daily-events';
const EVENTS_URL = 'http://127.0.0.1:4253';
/** Parts of a line that are left out, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'npm ci && ': 'what it installs is there: the test itself runs on it',
};

/** The servers that pages name by their addresses. */
const SERVERS: readonly {
  readonly url: string;
  readonly script: string;
  readonly args: readonly string[];
  /** The connector that reads it, where pages do not name the address. */
  readonly connector?: string;
}[] = [
  { url: 'http://127.0.0.1:4250', script: 'scripts/demo-api.mjs', args: ['--port', '0'] },
  { url: 'http://127.0.0.1:4251', script: 'docs/examples/receiver.mjs', args: ['0'] },
  { url: 'http://127.0.0.1:4252', script: 'docs/examples/rest-apis.mjs', args: ['0'] },
  {
    url: EVENTS_URL,
    script: 'scripts/demo-events.mjs',
    args: ['--port', '0', '--fails', '2026-10-13|FR'],
    connector: EVENTS_CONNECTOR,
  },
];

/** A command and the output that the page shows below it. */
interface Shown {
  readonly line: string;
  readonly output: readonly string[];
}

const host = new WarmHost();

describe.each(PAGES)('%s', (page) => {
  const text = readDoc(page);
  const postgres = page.includes('postgres') ? usePostgres() : undefined;
  let env: Record<string, string> = {};
  let folder: string;
  let servers: ReadonlyMap<string, Server>;

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'connector-host-docs-')));
    if (postgres) env = { DATABASE_URL: await postgres.newDatabase('sales') };
    await fillWorkspace(folder);
    // Those of the page stand at free ports.
    const named = SERVERS.filter(({ url, connector }) =>
      connector === undefined ? text.includes(url) : text.includes(connector),
    );
    servers = new Map(
      await Promise.all(
        named.map(async ({ url, script, args }) => [url, await startServer(script, args)] as const),
      ),
    );
    if (servers.has(EVENTS_URL)) {
      // Commands leave the address to the default of the connector.
      const manifest = join(folder, 'python-connectors', EVENTS_CONNECTOR, 'connector.json');
      await writeFile(manifest, local(await readFile(manifest, 'utf8')));
    }
    // A guide's reader has written the connectors that it shows.
    if (page.includes('guide'))
      await runLine('cp -r docs/examples/my-plugin-* python-connectors/', folder, host);
  });
  afterAll(async () => {
    for (const server of servers.values()) server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const local = (line: string): string =>
    [...servers].reduce((result, [shown, { url }]) => result.replaceAll(shown, url), line);

  const shown = codeBlocks(text)
    .filter(({ language }) => language === 'console')
    .flatMap((block) => commands(block.text));
  it('shows commands', () => expect(shown.length).toBeGreaterThan(0));

  for (const { line, output } of shown.filter((command) => !(command.line in NOT_RUN))) {
    it(`$ ${line}`, async () => {
      const result = await runLine(local(withoutLeftOut(line)), folder, host, env);
      expect(linesOf(result.output)).toEqual(fitTo(linesOf(result.output), output.map(stable)));
      expect(result.exitCode === 0).toBe(!output.some((each) => each.startsWith('error:')));
    });
  }

  // `host run <connector>` is a form, not a command.
  const inText = codeSpans(withoutCodeBlocks(text)).filter((span) => /^npx host [^<]+$/.test(span));
  for (const line of inText) {
    it(`\`${line}\` in its text`, async () => {
      expect(await runLine(local(line), folder, host, env)).toMatchObject({ exitCode: 0 });
    });
  }
});

function commands(block: string): Shown[] {
  const lines = block.trimEnd().split('\n');
  // The demo shows commands of its own, which are its output.
  if (lines[0]?.endsWith('npm run demo')) return [{ line: lines[0].slice(2), output: lines.slice(1) }];
  const found: { line: string; output: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) found.push({ line: line.slice(2), output: [] });
    else found.at(-1)?.output.push(line);
  }
  return found;
}

function withoutLeftOut(line: string): string {
  return Object.keys(LEFT_OUT).reduce((result, part) => result.replace(part, ''), line);
}

function linesOf(output: string): string[] {
  return output === '' ? [] : output.trimEnd().split('\n').map(stable);
}

/** A line without what differs from run to run and between machines: times, free ports, the plugin's folder. */
function stable(line: string): string {
  return line
    .trimEnd()
    .replace(/^(plugin \S+ in ).+$/, '$1FOLDER')
    .replace(/in \d+\.\d\d s \([\d,]+ rows?\/s\)/, 'in TIME')
    .replace(/\d+\.\d\d s\b/, 'TIME')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT');
}

/** The shown lines, each `...` replaced by the actual lines that stand in its place. */
function fitTo(actual: readonly string[], shown: readonly string[]): string[] {
  const gap = shown.indexOf('...');
  if (gap === -1) return [...shown];
  const [before, after] = [shown.slice(0, gap), shown.slice(gap + 1)];
  return [...before, ...actual.slice(before.length, actual.length - after.length), ...after];
}
