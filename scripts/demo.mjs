// The two-minute start: a real API on loopback, read by my-plugin-rest-api into a table of warehouse.duckdb.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startDemoApi } from './demo-api.mjs';
import { query } from './query.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TARGET = 'warehouse.duckdb';
const LOOK = 'SELECT cca3, region, capital, area FROM countries ORDER BY area DESC LIMIT 5';

const api = await startDemoApi(0);
const args = ['run', 'my-plugin-rest-api', '--set', `base_url=${api.url}`, '--set', 'endpoint=countries'];
args.push('--table', 'countries', '--to', TARGET);
console.log(`$ npx host ${args.join(' ')}`);
const host = spawn(process.execPath, ['dist/cli/main.js', ...args], { cwd: ROOT, stdio: 'inherit' });
const [code] = await once(host, 'exit');
api.close();
if (code !== 0) process.exit(code ?? 1);
console.log(`\n$ npm run query -- "${LOOK}"`);
await query(LOOK, `${ROOT}/${TARGET}`);
