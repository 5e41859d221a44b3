import { ConnectorError, isHostError, RowError } from '../errors.js';
import type { WriterHost } from './writer-host.js';

/** What a writer has that no host was attached to: a refused row is the end of it. */
export const UNATTACHED_HOST: WriterHost = {
  table: '',
  primaryKey: [],
  signal: new AbortController().signal,
  reject: ([refused]) => {
    throw new RowError(`row ${refused?.number ?? 0} was refused: ${refused?.message ?? ''}`, {
      code: 'ROW_REFUSED',
      details: refused ? { row: refused.number } : {},
    });
  },
  waiting: () => undefined,
  explain: (error) =>
    isHostError(error)
      ? error
      : new ConnectorError(error instanceof Error ? error.message : String(error), {
          code: 'WRITER_FAILED',
          cause: error,
        }),
  sends: undefined,
};
