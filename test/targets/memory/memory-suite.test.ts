import { describeTarget } from 'connector-host/testing';
import { MemoryTarget } from '../../../src/targets/memory/memory-target.js';
import { textOf } from '../../../src/targets/values/text-of.js';

/** What is written stays for as long as the target itself, so each folder of the suite has one. */
const targets = new Map<string, MemoryTarget>();

describeTarget({
  name: 'memory',
  upserts: true,
  async open(folder) {
    const target = targets.get(folder) ?? new MemoryTarget();
    targets.set(folder, target);
    return target;
  },
  async read(folder, table) {
    const content = targets.get(folder)?.tables.get(table);
    if (content?.columns.length === 0) return undefined;
    return content?.rows.map((row) =>
      Object.fromEntries(
        content.columns.map(({ name }) => [
          name,
          Object.hasOwn(row, name) ? (textOf(row[name]) ?? null) : null,
        ]),
      ),
    );
  },
});
