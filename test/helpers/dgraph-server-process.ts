import { startDgraphServer } from './dgraph-server.js';

/** Runs the server until the process ends, and tells its parent where: the first line on stdout is the address. */
const { url } = await startDgraphServer();
process.stdout.write(`${url}\n`);
