import { PreviewService } from '../../host/preview-service.js';
import { textOf } from '../../targets/values/text-of.js';
import { jsonText } from '../../targets/values/json-text.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import { readLimit, type ConfigOptions } from '../options.js';
import { printStatements } from '../output/print-statements.js';
import { textTable } from '../output/text-table.js';

/** Options of `host preview`. */
export interface PreviewOptions extends ConfigOptions {
  readonly limit: string;
  readonly to?: string;
}

/** `host preview`: the schema and the first rows of a connector. Stores nothing. */
export async function preview(
  id: string,
  options: PreviewOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const limit = readLimit(options.limit) as number;
  const container = openHost(options, io);
  const service = container.get(PreviewService);
  const { columns, rows } = await service.preview(
    { connector: id, configFile: options.config, sets: options.set, limit },
    signal,
  );
  if (options.json) {
    io.print(jsonText({ connector: id, columns, rows }) ?? '');
    return 0;
  }
  const types = columns.map(({ name, type, declared }) => [
    name,
    type ?? 'string',
    declared ? 'declared' : 'inferred',
  ]);
  io.print(textTable(['column', 'type', ''], types));
  io.print('');
  const names = columns.map(({ name }) => name);
  io.print(
    rows.length === 0
      ? 'no rows'
      : textTable(
          names,
          rows.map((row) => names.map((name) => cellText(row[name]))),
        ),
  );
  await printStatements(
    container,
    { connector: id, to: options.to, tables: [{ name: null, columns }] },
    io,
    signal,
  );
  return 0;
}

function cellText(value: unknown): string {
  // So that an empty text and no value differ.
  if (value === '') return '""';
  return value === null || value === undefined ? '' : (textOf(value) ?? '');
}
