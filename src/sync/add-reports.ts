import type { TableReport } from './run-report.js';

/** What two reads of one run did to the tables, the earlier one first. */
export function addReports(earlier: readonly TableReport[], later: readonly TableReport[]): TableReport[] {
  const sum = new Map(earlier.map((report) => [report.name, report]));
  for (const report of later) {
    const before = sum.get(report.name);
    sum.set(report.name, before ? add(before, report) : report);
  }
  return [...sum.values()];
}

function add(a: TableReport, b: TableReport): TableReport {
  return {
    name: b.name,
    rows: a.rows + b.rows,
    // What was given up with a read may come again with the next.
    columnsAdded: [...new Set([...a.columnsAdded, ...b.columnsAdded])],
    columnsWidened: [
      ...a.columnsWidened.filter(
        ({ name, from, to }) =>
          !b.columnsWidened.some((other) => other.name === name && other.from === from && other.to === to),
      ),
      ...b.columnsWidened,
    ],
  };
}
