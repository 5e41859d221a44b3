import { randomUUID } from 'node:crypto';
import { inject, injectable } from 'inversify';
import type { Row } from '../sdk/schema.js';
import { RunProgress } from '../sync/run-progress.js';
import { runSync } from '../sync/sync.js';
import { MemoryTarget } from '../targets/memory/memory-target.js';
import type { TableColumn } from '../targets/target.js';
import { ConnectorOpener } from './connectors/connector-opener.js';
import { toHostError } from './http/http-error.js';
import type { ConfigSpec } from './run-spec.js';

const TABLE = 'preview';

/** What a preview reads. */
export interface PreviewSpec extends ConfigSpec {
  readonly connector: string;
  /** Rows to read at most. */
  readonly limit: number;
}

/** The schema and the first rows of a connector. */
export interface Preview {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Row[];
}

/** Reads the first rows of a connector by the same engine as a run, into memory. */
@injectable()
export class PreviewService {
  constructor(@inject(ConnectorOpener) private readonly connectors: ConnectorOpener) {}

  /** @throws HostError when the connector cannot be read */
  async preview(spec: PreviewSpec, signal: AbortSignal): Promise<Preview> {
    const opened = await this.connectors.open(spec.connector, spec, 'source');
    const target = new MemoryTarget();
    const { error } = await runSync({
      runId: randomUUID(),
      pipeline: () => 'preview',
      table: TABLE,
      connect: (source) => opened.create(source.signal),
      target,
      recordsLimit: spec.limit,
      signal,
      progress: new RunProgress(),
      translateError: toHostError,
      options: { mode: 'overwrite' },
    });
    if (error) throw error;
    return target.tables.get(TABLE) ?? { columns: [], rows: [] };
  }
}
