import { expect, it } from '@jest/globals';
import type { Row } from '../../../src/sdk/schema.js';
import { BufferedWriter } from '../../../src/sdk/writer/index.js';
import { collectAll, collectYoung, oldBytes } from '../../helpers/minor-gc.js';

class SlowWriter extends BufferedWriter {
  protected async writeBatch(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const heavy = (id: number): Row => ({ id, list: new Array<number>(2000).fill(0.5) });

it.each([
  ['free', {}],
  ['kept', { orderKey: 'id' }],
])('rows go with their batch where the order is %s: none gets old', async (_order, options) => {
  const writer = new SlowWriter({ rows: 1, maxInFlight: 4, ...options });
  collectAll();
  let start = 0;
  for (let i = 0; i < 300; i += 1) {
    if (i === 60) start = oldBytes();
    await writer.writeRows([heavy(i % 7)]);
    // First everything gets old. Afterwards no batch is there so long, and what is old must not keep it.
    if (i < 20 || i % 25 === 0) collectYoung();
  }
  // 240 of them are 3.8 MB.
  expect(oldBytes() - start).toBeLessThan(1_000_000);
  await writer.close();
});
