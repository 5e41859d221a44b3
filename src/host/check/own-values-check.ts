import { ConnectorError } from '../../sdk/errors.js';
import { partitionValues } from '../../sdk/partitioning.js';
import type { Row } from '../../sdk/schema.js';
import { fieldReader } from '../../targets/values/row-field.js';
import { textOf } from '../../targets/values/text-of.js';
import { failed, ok, skipped, type Check } from './check.js';
import type { CheckSubject } from './check-subject.js';
import { columnNames } from './reading.js';
import { counted, listed } from './wording.js';

/**
 * Rows of a partition have its value in the columns that are named like dimensions. A run cannot tell rows of another
 * partition from its own: it marks all of them with the one that it asked for.
 */
export const ownValuesCheck: Check = {
  name: 'own values',
  looksAt: 'rows',
  needs: ['config', 'partition'],
  isFor: async (subject) => (await valuesOf(subject)).length > 0,
  async run(subject) {
    const { recording } = await subject.reading();
    const { rows } = recording;
    const values = await valuesOf(subject);
    const names = columnNames(rows);
    const compared = values.filter(([name]) => names.includes(name));
    if (compared.length === 0) {
      return skipped(
        `no column is named like a dimension of values: ${listed(values.map(([name]) => name))}`,
      );
    }
    for (const [name, own] of compared) {
      const foreign = rowsWithOther(rows, name, own);
      const [first] = foreign;
      if (first === undefined) continue;
      return failed(
        new ConnectorError(
          `column "${name}" has not the value of the partition in ${foreign.length} of ${counted(rows.length, 'row')}, first in row ${first}`,
          {
            action: `Yield the rows of partitionId alone; where the column says something else, give it another name.`,
            details: { column: name, row: first },
          },
        ),
      );
    }
    return ok(
      `${listed(compared.map(([name]) => name))}: the value of the partition in each of ${counted(rows.length, 'row')}`,
    );
  },
};

/** The values of the partition by their dimensions, but for those of time: how a column writes a period is its own. */
async function valuesOf(subject: CheckSubject): Promise<readonly (readonly [name: string, value: string])[]> {
  const partition = await subject.partition();
  if (!partition) return [];
  const { id, partitioning } = partition;
  const values = partitionValues(id, partitioning);
  return partitioning.dimensions.flatMap(({ name, type }) =>
    type === 'value' ? [[name, values[name] ?? '']] : [],
  );
}

/** Numbers of the rows that have the column with another value. */
function rowsWithOther(rows: readonly Row[], name: string, own: string): number[] {
  const read = fieldReader(name);
  return rows.flatMap((row, index) => {
    const value = read(row);
    return value === undefined || textOf(value) === own ? [] : [index + 1];
  });
}
