// One mirror into a writer that counts: node engine.mjs ROWS CHANGED FOLDER. Every CHANGEDth row has another note; 0: none.
// Prints the seconds of reading, and wall and CPU from the end of the read to the first row that is sent, and what was sent.
import { performance } from 'node:perf_hooks';
import { MirrorTarget } from '../../dist/targets/mirror/mirror-target.js';
import { WriterTarget } from '../../dist/targets/writer/writer-target.js';
import { COLUMNS, makePage } from '../rows.mjs';

const PAGE = 2000;
const [rows, every, folder] = process.argv.slice(2).map((text, i) => (i < 2 ? Number(text) : text));

let cpuAtRead;
let sent = 0;
let firstAt;
let cpuAtFirst;
const count = async (batch) => {
  firstAt ??= performance.now();
  cpuAtFirst ??= process.cpuUsage(cpuAtRead);
  sent += batch.length;
};
const writer = new WriterTarget({
  connector: 'counter',
  journalFolder: folder,
  openWriter: async () => ({
    writeRow() {},
    writeRows: count,
    deleteRows: count,
    close: async () => undefined,
  }),
  wrapError: (error) => error,
  close: async () => undefined,
});
const target = new MirrorTarget({ writer, stateFolder: folder });
const signal = new globalThis.AbortController().signal;
const session = await target.begin({ runId: `run-${every}`, pipeline: 'rows', signal });
const columns = COLUMNS.map((column) => ({ ...column, declared: true, nullable: true }));
const table = await session.openTable({ name: 'rows', mode: 'overwrite', columns, primaryKey: ['id'] });
const startedAt = performance.now();
for (let at = 0; at < rows; at += PAGE) {
  const page = makePage(at, PAGE);
  if (every > 0) for (const row of page) if (row.id % every === 0) row.note = `${row.note} changed`;
  await table.write({ rows: page, firstRow: at + 1 });
}
const readAt = performance.now();
cpuAtRead = process.cpuUsage();
const record = {
  status: 'succeeded',
  code: null,
  message: null,
  rowsRead: rows,
  rowsWritten: 0,
  rowsDeleted: 0,
  commits: 1,
};
await session.commit({ isFinal: true, state: null, fingerprint: null, format: 1, record });
await session.finish(record);
const [read, diff] = [readAt - startedAt, (firstAt ?? performance.now()) - readAt].map((ms) => ms / 1000);
const { user, system } = cpuAtFirst ?? process.cpuUsage(cpuAtRead);
const diffCpu = (user + system) / 1e6;
console.log(JSON.stringify({ read, diff, diffCpu, sent, send: (performance.now() - readAt) / 1000 }));
