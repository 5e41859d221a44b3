import { Connector } from 'connector-host';
import type { Operation, ReadRequest, ReadSchema } from 'connector-host';
import { getUsers } from './mock-api.js';
import { readSavedSync, type SavedSync } from './saved-sync.js';
import { syncFlattened } from './sync-flattened.js';
import { syncJsonBlob } from './sync-json-blob.js';
import { syncParentChild } from './sync-parent-child.js';
import { TABLES } from './tables.js';
import { TableWriter } from './table-writer.js';

/** The config as connector.json declares it. */
export interface DataPatternsConfig {
  readonly num_users?: number;
  readonly seed?: number;
  readonly checkpoint_interval?: number;
}

const DEFAULT_USERS = 10;
const DEFAULT_SEED = 42;
const DEFAULT_INTERVAL = 50;

/** Writes the nested answer of one request in three ways: flattened, as parent and child tables, as JSON. */
export default class DataPatternsConnector extends Connector<DataPatternsConfig> {
  override getReadSchema(): ReadSchema {
    return { tables: TABLES };
  }

  async *generateRows({ state, recordsLimit }: ReadRequest): AsyncGenerator<Operation> {
    const sync = this.#resume(readSavedSync(state)) ?? this.#begin();
    const users = await getUsers({ count: sync.num_users, seed: sync.seed }, this.context.logger);
    const { checkpoint_interval: checkpointInterval = DEFAULT_INTERVAL } = this.config;
    const writer = new TableWriter(sync, { checkpointInterval, recordsLimit });
    for (const pattern of [syncFlattened, syncParentChild, syncJsonBlob]) yield* pattern(users, writer);
  }

  /** What was interrupted goes on with its own users, whatever the params say by now. */
  #resume(saved: SavedSync | undefined): SavedSync | undefined {
    if (saved?.next) {
      const { table, row } = saved.next;
      this.context.logger.info(`goes on with row ${row + 1} of ${table}`);
    }
    return saved;
  }

  #begin(): SavedSync {
    const { seed = DEFAULT_SEED, num_users = DEFAULT_USERS } = this.config;
    return { last_synced_at: new Date().toISOString(), seed, num_users };
  }
}
