// Cursors changed one at a time by merge patches: node engine.mjs FILE
// Prints the seconds of a read that changes each cursor once, and those that the generator was held up at checkpoints
// after each of which a commit was due.
import { performance } from 'node:perf_hooks';
import { op } from '../../dist/index.js';
import { runIntoDuckdb } from '../harness/run-into-duckdb.mjs';

const CURSORS = 100_000;
const COMMITS = 10;
const [file] = process.argv.slice(2);
const schema = {
  tables: [
    {
      name: 'rows',
      columns: [
        { name: 'id', type: 'bigint' },
        { name: 'changed_at', type: 'timestamp' },
      ],
      primaryKey: ['id'],
    },
  ],
};

await changeEach(1);
const { seconds, cpu } = await changeEach(2);
const { held, result } = await commitEach();
console.log(
  JSON.stringify({
    rate: CURSORS / seconds / 1000,
    cpu,
    commits: held,
    commitCpu: result.cpu / COMMITS,
  }),
);

function changeEach(day) {
  return runIntoDuckdb(file, {
    schema,
    *emissions() {
      for (let i = 0; i < CURSORS; i += 1) yield* change(i, day);
    },
  });
}

async function commitEach() {
  const held = [];
  const result = await runIntoDuckdb(file, {
    schema,
    options: { commitEvery: { seconds: 0, rows: 0 } },
    *emissions() {
      for (let i = 0; i < COMMITS; i += 1) {
        const [upsert, checkpoint] = change(i, 3);
        yield upsert;
        const offered = performance.now();
        yield checkpoint;
        held.push((performance.now() - offered) / 1000);
      }
    },
  });
  return { held, result };
}

function change(i, day) {
  const changedAt = `2024-01-0${day}T00:00:00Z`;
  return [
    op.upsert('rows', { id: i, changed_at: changedAt }),
    op.checkpoint({ [`cursor-${i}`]: changedAt }, { merge: true }),
  ];
}
