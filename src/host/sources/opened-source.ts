import type { Connector } from '../../sdk/connector.js';
import type { PartitioningMode } from '../../sdk/manifest.js';
import type { PagingLog } from '../../sync/paging-log.js';
import type { ParamsOfRun } from '../../sync/sync-options.js';

/** What a run reads, be it a connector, a file or a database: found, and ready to be read. */
export interface OpenedSource {
  /** How messages name it: `connector "my-plugin-rest-api"`. */
  readonly label: string;
  /** What names of pipelines begin with: the connector's id, or the name of the file or database. */
  readonly id: string;
  /** Table of the target where nobody says otherwise. */
  readonly defaultTable: string;
  /** Folder of the plugin that it belongs to; for a file or database, of the nearest, else the working directory. */
  readonly root: string;
  /** Where the host keeps what outlives a run. */
  readonly stateFolder: string;
  /** What decides which rows come, as a saved state remembers it. */
  readonly params: ParamsOfRun;
  /** Version of the state that it saves. */
  readonly stateFormat: number;
  /** Who defines partitions, and whether they can be listed; absent: it has none. */
  readonly partitioningMode?: PartitioningMode;
  /**
   * Makes a fresh instance for one read.
   *
   * @param signal aborted when no more rows are wanted
   * @param paging is told of reads of APIs
   */
  create(signal: AbortSignal, paging?: PagingLog): Connector;
  /** Called once when the run is over; absent: there is nothing to release. */
  close?(): Promise<void>;
}
