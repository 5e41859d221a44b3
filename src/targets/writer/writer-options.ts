import type { WriteRequest } from '../../sdk/connector.js';
import type { HostError } from '../../sdk/errors.js';
import type { DatasetWriter } from '../../sdk/writer/index.js';

/** What a WriterTarget needs of the host. */
export interface WriterTargetOptions {
  /** Id of the connector, also the label. */
  readonly connector: string;
  /** Called once for each table: makes the connector's writer. */
  readonly openWriter: (request: WriteRequest) => Promise<DatasetWriter>;
  /** Names an error of the writer that is not a HostError: a ConnectorError, or what an HTTP client's error means. */
  readonly wrapError: (error: unknown) => HostError;
  /** Folder with a journal for each pipeline, made when needed; absent: no state is kept. */
  readonly journalFolder?: string | undefined;
  /** Called once when the connector is no longer needed. */
  readonly close: () => Promise<void>;
}
