import { toHostError } from '../../../src/host/http/http-error.js';
import { ConnectorError, isHostError, RowError } from '../../../src/sdk/errors.js';
import type {
  RefusedRow,
  RowsInfo,
  SendJournal,
  WriteOperation,
  WriterHost,
} from '../../../src/sdk/writer/index.js';

/** A host that notes what the writer tells it. */
export interface TestHost extends WriterHost {
  readonly rejected: RefusedRow[];
  readonly waits: (string | null)[];
  readonly stop: AbortController;
}

/** What a test may say about its host. */
export interface TestHostOptions {
  readonly primaryKey?: readonly string[];
  readonly sends?: SendJournal;
  /** Refused rows that are kept; the next one ends the run. Default: all are. */
  readonly mostRejected?: number;
}

export function testHost({
  primaryKey = [],
  sends,
  mostRejected = Infinity,
}: TestHostOptions = {}): TestHost {
  const rejected: RefusedRow[] = [];
  const waits: (string | null)[] = [];
  const stop = new AbortController();
  return {
    table: 'people',
    primaryKey,
    signal: stop.signal,
    rejected,
    waits,
    stop,
    sends,
    reject: (rows) => {
      const [first] = rows;
      if (rejected.length + rows.length > mostRejected) {
        throw new RowError(`row ${first?.number} was refused`, { code: 'ROW_REFUSED' });
      }
      rejected.push(...rows);
    },
    waiting: (reason) => void waits.push(reason),
    explain: (error) => {
      if (isHostError(error)) return error;
      return (
        toHostError(error) ??
        new ConnectorError((error as Error).message, { code: 'WRITER_FAILED', cause: error })
      );
    },
  };
}

/** What a call says about its rows; a row's key is its number. */
export function rowsInfo(first: number, count: number, operation: WriteOperation = 'upsert'): RowsInfo {
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  return { operation, numbers, rowKey: (index) => `key-${numbers[index]}` };
}
