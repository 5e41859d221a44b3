import type { AppendedFile } from '../files/appended-file.js';
import type { ReplacedFile } from '../files/replaced-file.js';
import type { TableRequest } from '../target.js';
import { AppendedCsv } from './appended-csv.js';
import { ReplacedCsv } from './replaced-csv.js';

/** Starts a table in a CSV file: at its end, or in a new one. */
export async function openCsv(
  file: ReplacedFile | AppendedFile,
  request: TableRequest,
  path: string,
): Promise<ReplacedCsv | AppendedCsv> {
  return file.kind === 'appended'
    ? AppendedCsv.open(file, request, path)
    : ReplacedCsv.open(file, request, path);
}
