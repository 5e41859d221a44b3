import { addReports } from '../../sync/add-reports.js';
import type { PartitionCounts, PartitionReport, TableReport } from '../../sync/run-report.js';
import { exitCodeRank } from '../exit-code-order.js';
import type { PartitionResult } from './partition-task.js';

/** Partitions that a report names at most. */
const MAX_REPORTS = 1000;
/** Warnings of partitions that a report has at most. */
const MAX_WARNINGS = 100;

/** What the partitions of a run come to. Holds a bounded part of them, however many there are. */
export class PartitionTotals {
  #tables: readonly TableReport[] = [];
  readonly #incomplete: PartitionReport[] = [];
  readonly #complete: PartitionReport[] = [];
  readonly #warnings: string[] = [];
  #moreWarnings = 0;
  #completed = 0;
  #failed = 0;
  #unfinished = 0;
  #begun = 0;
  #worst: PartitionResult | undefined;

  /** Called with each task when it begins. */
  begin(): void {
    this.#begun += 1;
  }

  add(result: PartitionResult): void {
    const { partition, status, rowsRead, rowsWritten, seconds, attempt: attempts, code, message } = result;
    if (status === 'completed') this.#completed += 1;
    else if (status === 'failed') this.#failed += 1;
    else this.#unfinished += 1;
    if (status === 'failed' && (!this.#worst || isWorse(result, this.#worst))) this.#worst = result;
    const reports = status === 'completed' ? this.#complete : this.#incomplete;
    if (reports.length < MAX_REPORTS)
      reports.push({ partition, status, rowsRead, rowsWritten, seconds, attempts, code, message });
    this.addTables(result.tables);
    for (const warning of result.warnings) this.warn(`partition ${partition}: ${warning}`);
  }

  addTables(tables: readonly TableReport[]): void {
    if (tables.length > 0) this.#tables = addReports(this.#tables, tables);
  }

  warn(text: string): void {
    if (this.#warnings.length < MAX_WARNINGS) this.#warnings.push(text);
    else this.#moreWarnings += 1;
  }

  get tables(): readonly TableReport[] {
    return this.#tables;
  }

  get warnings(): readonly string[] {
    const more = this.#moreWarnings;
    return more === 0
      ? this.#warnings
      : [...this.#warnings, `there were ${more} more warnings of partitions`];
  }

  /** Those that failed first, then what was not read to its end, then the others. */
  get reports(): readonly PartitionReport[] {
    const failed = this.#incomplete.filter(({ status }) => status === 'failed');
    const others = this.#incomplete.filter(({ status }) => status !== 'failed');
    return [...failed, ...others, ...this.#complete].slice(0, MAX_REPORTS);
  }

  /** Of those that failed: the first of the kind that decides the exit code. */
  get worst(): PartitionResult | undefined {
    return this.#worst;
  }

  get begun(): number {
    return this.#begun;
  }

  /** @param chosen how many were chosen; null: not known */
  counts(chosen: number | null, notThere: number): PartitionCounts {
    return {
      completed: this.#completed,
      failed: this.#failed,
      unfinished: this.#unfinished,
      notRun: chosen === null ? null : chosen - this.#begun,
      notThere,
    };
  }
}

function isWorse({ exitCode }: PartitionResult, than: PartitionResult): boolean {
  return exitCodeRank(exitCode) < exitCodeRank(than.exitCode);
}
