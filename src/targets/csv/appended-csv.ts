import { ConfigError } from '../../sdk/errors.js';
import type { AppendedFile } from '../files/appended-file.js';
import type { FileTable } from '../files/file-table.js';
import type { RowBatch, SchemaChange, TableColumn, TableRequest } from '../target.js';
import { rowCells, type RowCells } from '../values/cell-text.js';
import { CsvEncoder } from './csv-encoder.js';
import { readHeader } from './read-header.js';

/** Rows that are added to a CSV file, in the order of its header. A column that the header lacks is refused. */
export class AppendedCsv implements FileTable {
  readonly existing: readonly TableColumn[];
  readonly #file: AppendedFile;
  readonly #encoder: CsvEncoder;
  readonly #path: string;
  readonly #cells: RowCells;

  private constructor(
    file: AppendedFile,
    encoder: CsvEncoder,
    table: string,
    path: string,
    columns: readonly TableColumn[],
  ) {
    this.#file = file;
    this.#encoder = encoder;
    this.#path = path;
    this.existing = columns;
    this.#cells = rowCells(table, columns);
  }

  /** @throws ConfigError SCHEMA_CONFLICT where the file's header and the declared columns do not go together */
  static async open(file: AppendedFile, request: TableRequest, path: string): Promise<AppendedCsv> {
    const header = await readHeader(file.handle);
    const names = header?.names ?? [''];
    if (!header || names.includes('') || new Set(names).size < names.length) {
      throw new ConfigError(`"${path}" does not begin with a header line of distinct column names`, {
        code: 'SCHEMA_CONFLICT',
        action: 'Load with --mode overwrite, or name another file with --to.',
        details: { file: path },
      });
    }
    refuseNew(
      path,
      request.columns.filter((column) => !names.includes(column.name)),
    );
    const declared = new Map(request.columns.map((column) => [column.name, column]));
    // A file holds text, so a column that nobody declares takes anything.
    const columns = names.map(
      (name) => declared.get(name) ?? ({ name, type: 'string', declared: false, nullable: true } as const),
    );
    file.lineEnd = header.lineEnd;
    return new AppendedCsv(file, await CsvEncoder.load(header.lineEnd), request.name, path, columns);
  }

  async alter(change: SchemaChange): Promise<void> {
    refuseNew(this.#path, change.added);
  }

  async write(batch: RowBatch): Promise<void> {
    await this.#file.write(this.#encoder.lines(batch, this.#cells));
  }

  async finish(): Promise<boolean> {
    return true;
  }
}

function refuseNew(path: string, added: readonly TableColumn[]): void {
  const [first] = added;
  if (!first) return;
  const names = added.map((column) => `"${column.name}"`).join(', ');
  throw new ConfigError(`the header of "${path}" has no column ${names}, so the rows cannot be appended`, {
    code: 'SCHEMA_CONFLICT',
    action: 'Load with --mode overwrite, or name another file with --to.',
    details: { file: path, column: first.name },
  });
}
