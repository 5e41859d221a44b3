// The same through BufferedWriter and the host's client: node writer.mjs URL ROWS BATCH IN_FLIGHT
import { BufferedWriter } from '../../dist/index.js';
import { readContext } from '../harness/read-context.mjs';
import { makePage } from '../rows.mjs';

const PAGE = 1000;
const [baseURL, ...numbers] = process.argv.slice(2);
const [count, size, inFlight] = numbers.map(Number);

class RowsWriter extends BufferedWriter {
  #http = readContext().createHttp({ baseURL, retry: { tries: 1 } });

  async writeBatch(rows) {
    await this.#http.post('/rows', rows);
  }
}

const writer = new RowsWriter({ rows: size, maxInFlight: inFlight });
for (let offset = 0; offset < count; offset += PAGE) {
  await writer.writeRows(makePage(offset, Math.min(PAGE, count - offset)));
}
await writer.close();
process.exit(0);
