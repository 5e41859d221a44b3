import { ConfigError } from '../../sdk/errors.js';
import { FEW_ROWS, mayRemove } from '../removal-limit.js';
import type { Differences } from './ledger-table.js';
import { DEFAULT_MAX_DELETE, type MirrorOptions } from './mirror-options.js';

/** A table whose differences are about to be sent. */
export interface GuardedMirror {
  readonly name: string;
  /** Rows that the endpoint has. */
  readonly rows: number;
  readonly differences: Differences;
  /** Columns that rows had when they were sent last, and that none has now. */
  readonly goneColumns: readonly string[];
}

/**
 * Refuses to remove or send more rows than is likely to be meant. Called before anything is sent.
 * @throws ConfigError GUARD_REFUSED
 */
export function guardMirror(table: GuardedMirror, options: MirrorOptions): void {
  guardRemoved(table, options);
  guardColumns(table, options);
}

function guardRemoved(
  { name, rows, differences: { removed } }: GuardedMirror,
  { maxDelete = DEFAULT_MAX_DELETE, allowEmpty = false }: MirrorOptions,
): void {
  const isAll = removed === rows;
  if (mayRemove({ removed, rows, maxShare: maxDelete, mayBeAll: allowEmpty })) return;
  throw new ConfigError(
    `${removed} of the ${rows} rows of table "${name}" that the endpoint has would be removed`,
    {
      code: 'GUARD_REFUSED',
      action: isAll
        ? 'Look at the source; where all of them are to go, run with --allow-empty.'
        : 'Look at the source; where they are to go, run with a larger --max-delete.',
      details: { table: name },
    },
  );
}

/** A column that is gone changes every row that had it. */
function guardColumns(
  { name, rows, differences: { changed }, goneColumns }: GuardedMirror,
  { maxDelete = DEFAULT_MAX_DELETE, force = false }: MirrorOptions,
): void {
  const [gone] = goneColumns;
  if (gone === undefined || force || changed <= FEW_ROWS || changed <= rows * maxDelete) return;
  throw new ConfigError(
    `column "${gone}" of table "${name}" is gone, so ${changed} of the ${rows} rows that the endpoint has would be sent again`,
    {
      code: 'GUARD_REFUSED',
      action: 'Bring the column back at the source, or send the rows without it with --force.',
      details: { table: name, column: gone },
    },
  );
}
