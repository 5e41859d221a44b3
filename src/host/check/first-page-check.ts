import { failed, ok, skipped, warning, type Check } from './check.js';
import { columnNames, failedCheck, whyNoRows } from './reading.js';
import { counted, listed } from './wording.js';

/** There are rows, and they have columns. */
export const firstPageCheck: Check = {
  name: 'first page',
  looksAt: 'source',
  needs: ['config', 'partition'],
  async run(subject) {
    const reading = await subject.reading();
    const { rows, pages, tables } = reading.recording;
    if (reading.error && failedCheck(reading) === 'first page') return failed(reading.error);
    const reason = whyNoRows(reading);
    if (reason !== undefined && reading.error) return skipped(reason);
    if (reason !== undefined) {
      return warning(reason, 'Check the parameters that choose the rows: most checks need some.');
    }
    if (tables.length > 0) {
      const names = tables.map(({ name }) => name);
      return ok(`${counted(rows.length, 'row')} of ${counted(names.length, 'table')}: ${listed(names)}`);
    }
    const first = pages[0] ?? rows;
    const names = columnNames(first);
    const came = `${counted(first.length, 'row')}${pages[0] ? '' : ' one by one'}`;
    if (names.length === 0) {
      return warning(`${came}, without columns`, 'Yield objects with a property for each column.');
    }
    return ok(`${came} with ${counted(names.length, 'column')}: ${listed(names)}`);
  },
};
