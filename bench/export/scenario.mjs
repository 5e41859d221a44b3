import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { alternate, ratio } from '../harness/compare.mjs';
import { here, HOST, measure } from '../harness/measure.mjs';
import { withFolder } from '../harness/store.mjs';

const ROWS = 500_000;
/** So many that the start of a process, which a host takes longer for than a script, is a small part. */
const MANY_ROWS = 4_000_000;

/** A table of a database into files, beside the same by rows without a host, and beside DuckDB's own COPY. */
export const scenario = {
  rounds: 3,
  run: (rounds) =>
    withFolder(async (folder) => {
      const make = async (name, rows) => {
        const path = join(folder, name);
        await measure([here(import.meta.url, 'make-database.mjs'), String(rows), path]);
        return path;
      };
      const small = await make('warehouse.duckdb', ROWS);
      const large = await make('large.duckdb', MANY_ROWS);
      const host =
        (ending, database = small) =>
        () =>
          seconds(folder, ending, (file) => [
            HOST,
            'run',
            database,
            '--from-table',
            'rows',
            '--state-dir',
            folder,
            '--quiet',
            '--to',
            file,
          ]);
      const script =
        (name, ending, database = small) =>
        () =>
          seconds(folder, ending, (file) => [here(import.meta.url, name), database, file]);
      const results = await alternate(rounds, {
        csv: host('.csv'),
        straightCsv: script('straight-csv.mjs', '.csv'),
        copyCsv: script('copy.mjs', '.csv'),
        columns: host('.parquet'),
        straightColumns: script('straight-parquet.mjs', '.parquet'),
        copyColumns: script('copy.mjs', '.parquet'),
        manyColumns: host('.parquet', large),
        copyManyColumns: script('copy.mjs', '.parquet', large),
      });
      const line = (what, host, reference, limit, rows = '500,000') =>
        ratio(`DuckDB to ${what}, ${rows} rows`, 'CPU s', results[host], results[reference], limit);
      return [
        line('CSV, beside csv-stringify', 'csv', 'straightCsv', { atMost: 1.11 }),
        line('CSV, beside COPY', 'csv', 'copyCsv'),
        line('Parquet, beside rows without a host', 'columns', 'straightColumns', { atMost: 1.3 }),
        line('Parquet, beside COPY', 'columns', 'copyColumns'),
        line('Parquet, beside COPY', 'manyColumns', 'copyManyColumns', { atMost: 1.3 }, '4,000,000'),
      ];
    }),
};

/** CPU time, since nothing here waits for anything but the disk. */
async function seconds(folder, ending, argsOf) {
  const file = join(folder, `rows${ending}`);
  const { cpu } = await measure(argsOf(file), { env: { HOME: folder } });
  if ((await stat(file)).size === 0) throw new Error(`${file} is empty`);
  await rm(file);
  return cpu;
}
