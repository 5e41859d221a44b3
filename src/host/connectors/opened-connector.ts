import { join } from 'node:path';
import type { Connector, ConnectorContext } from '../../sdk/connector.js';
import type { HttpClient } from '../../sdk/http.js';
import type { Logger } from '../../sdk/logger.js';
import type { PartitioningMode } from '../../sdk/manifest.js';
import type { Row } from '../../sdk/schema.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { PagingLog } from '../../sync/paging-log.js';
import type { ParamsOfRun } from '../../sync/sync-options.js';
import { fingerprintParams } from '../config/fingerprint-params.js';
import { PLUGIN_PREFIX } from '../config/resolve-config.js';
import { createHttpFactory } from '../http/create-http.js';
import { toHostError } from '../http/http-error.js';
import { HttpShare } from '../http/http-share.js';
import type { OpenedSource } from '../sources/opened-source.js';
import { defaultTableOf, type ConnectorEntry } from './connector-entry.js';
import type { ConnectorClass } from './connector-loader.js';

/** User agent of plugins that have no parameter `user_agent`. */
const DEFAULT_USER_AGENT = 'connector-host';

/** What an {@link OpenedConnector} is made of. */
export interface OpenedConnectorParts {
  readonly entry: ConnectorEntry;
  /** Where the host keeps what outlives a run. */
  readonly stateFolder: string;
  readonly connectorClass: ConnectorClass;
  readonly config: Row;
  readonly pluginConfig: Row;
  readonly logger: Logger;
  readonly redact: (text: string) => string;
  /** Registers a text that `redact` hides from then on. */
  readonly addSecret: (secret: string) => void;
}

/** A connector whose config is checked and whose class is loaded, for one run, whose instances share what HTTP has to share. */
export class OpenedConnector implements OpenedSource {
  readonly #parts: OpenedConnectorParts;
  readonly #share = new HttpShare();

  constructor(parts: OpenedConnectorParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.entry.id;
  }

  get label(): string {
    return `connector "${this.id}"`;
  }

  get entry(): ConnectorEntry {
    return this.#parts.entry;
  }

  get root(): string {
    return this.entry.plugin.root;
  }

  get defaultTable(): string {
    return defaultTableOf(this.entry);
  }

  get stateFolder(): string {
    return this.#parts.stateFolder;
  }

  /** The parameters as a saved state remembers them. */
  get params(): ParamsOfRun {
    const { entry, config, pluginConfig } = this.#parts;
    return fingerprintParams([
      { params: entry.manifest.params ?? [], values: config, prefix: '' },
      { params: entry.plugin.manifest?.params ?? [], values: pluginConfig, prefix: PLUGIN_PREFIX },
    ]);
  }

  get partitioningMode(): PartitioningMode {
    return this.entry.manifest.partitioningMode ?? 'NOT_PARTITIONABLE';
  }

  /** Version of the state that the connector saves. */
  get stateFormat(): number {
    return this.#parts.entry.manifest.stateVersion ?? 1;
  }

  /**
   * Makes a fresh instance with a deep copy of the config, for one read or one write.
   *
   * @param signal stops its HTTP requests
   * @param paging is told of its reads by `paginate`
   * @throws HostError when the constructor throws
   */
  create(signal: AbortSignal, paging = new PagingLog()): Connector {
    const { connectorClass: ConnectorClass, config, entry } = this.#parts;
    try {
      return new ConnectorClass(structuredClone(config), this.#context(signal, paging));
    } catch (error) {
      throw explainFailure(error, toHostError, `the constructor of connector "${entry.id}" failed`);
    }
  }

  #context(signal: AbortSignal, paging: PagingLog): ConnectorContext {
    const { entry, stateFolder, pluginConfig, logger, redact, addSecret } = this.#parts;
    const userAgent =
      typeof pluginConfig.user_agent === 'string' ? pluginConfig.user_agent : DEFAULT_USER_AGENT;
    const createHttp = createHttpFactory(
      { userAgent, signal, logger, redact, addSecret, stateFolder, connectorId: entry.id },
      this.#share,
    );
    let http: HttpClient | undefined;
    return {
      pluginConfig: structuredClone(pluginConfig),
      // Made when first used: axios takes 75 ms to load.
      get http() {
        http ??= createHttp({});
        return http;
      },
      createHttp,
      logger,
      notePaging: (summary) => paging.note(summary),
      resource: (path) => join(entry.folder, path),
    };
  }
}
