import { DryRunService, type DryRun, type TablePlan } from '../../host/dry-run/dry-run-service.js';
import type { RunSpec } from '../../host/run-spec.js';
import { RunProgress } from '../../sync/run-progress.js';
import type { Io } from '../io.js';
import { rowCount } from '../output/numbers.js';
import { showProgress } from '../output/progress-line.js';
import { safeLines, safeText } from '../output/safe-text.js';
import type { RunTools } from './run-tools.js';

/** `host run --dry-run`: says what a run would do, on stdout. Writes nothing. */
export async function dryRun(spec: RunSpec, { container, options, io, signal }: RunTools): Promise<void> {
  const service = container.get(DryRunService);
  const progress = new RunProgress();
  const endProgress = options.quiet ? undefined : showProgress(progress, io);
  const plan = await service.run(spec, { signal, progress }).finally(() => endProgress?.());
  if (options.json) io.print(JSON.stringify(plan));
  else print(plan, io);
}

function print(
  { pipeline, target, stateVersion, rowsRead, tables, refusals, warnings }: DryRun,
  io: Io,
): void {
  const start = stateVersion === null ? 'from nothing' : `from the saved state, version ${stateVersion}`;
  io.print(`dry run of ${safeText(pipeline, Infinity)} into ${target}, ${start}: ${rowCount(rowsRead)} read`);
  for (const table of tables) io.print(tableText(table));
  if (tables.length === 0) io.print('no table would be written');
  for (const { code, message, action } of refusals) {
    io.print(safeLines(`would be refused: ${message} (${code})\n  ${action}`));
  }
  for (const warning of warnings) io.print(safeLines(`warning: ${warning}`));
}

function tableText({ name, mode, rows, deletes, added, changed, statements }: TablePlan): string {
  if (added !== undefined && changed !== undefined) {
    const counted = `${added} added, ${changed} changed, ${deletes} removed`;
    return `table ${safeText(name, Infinity)}: ${mode}, ${counted}`;
  }
  const counts = deletes > 0 ? `${rowCount(rows)}, ${deletes} deletes` : rowCount(rows);
  return [
    `table ${safeText(name, Infinity)}: ${mode}, ${counts}`,
    ...statements.map((statement) => `  ${safeLines(statement)};`),
  ].join('\n');
}
