import { inject, injectable } from 'inversify';
import { ConfigError } from '../../sdk/errors.js';
import type { Logger } from '../../sdk/logger.js';
import { loadEnvironment } from '../config/environment.js';
import { resolveConfig } from '../config/resolve-config.js';
import { Redactor } from '../redactor.js';
import type { ConfigSpec } from '../run-spec.js';
import type { Settings } from '../settings.js';
import { stateFolderOf } from '../state-folder.js';
import { TOKENS } from '../tokens.js';
import { capabilitiesOf, type ConnectorEntry } from './connector-entry.js';
import { ConnectorLoader } from './connector-loader.js';
import { ConnectorRegistry } from './connector-registry.js';
import { OpenedConnector } from './opened-connector.js';

/** What a connector is opened for. */
export type ConnectorUse = 'source' | 'target';

/** Makes connectors ready to run: found, loaded, their config read and checked. */
@injectable()
export class ConnectorOpener {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(TOKENS.Logger) private readonly logger: Logger,
    @inject(ConnectorRegistry) private readonly registry: ConnectorRegistry,
    @inject(ConnectorLoader) private readonly loader: ConnectorLoader,
    @inject(Redactor) private readonly redactor: Redactor,
  ) {}

  /**
   * @param logger takes what the connector and its config say, secrets hidden already; default: the host's log
   * @throws ConfigError for an unknown id, a wrong config or a use that the manifest does not allow; ConnectorError
   *   for a broken connector
   */
  async open(
    id: string,
    config: ConfigSpec,
    use: ConnectorUse,
    logger = this.logger,
  ): Promise<OpenedConnector> {
    const entry = await this.registry.find(id);
    if (entry.error) throw entry.error;
    if (entry.plugin.error) throw entry.plugin.error;
    assertUsable(entry, use);
    const { cwd, envFile } = this.settings;
    const environment = await loadEnvironment({ pluginDir: entry.plugin.root, cwd, envFile });
    const resolved = await resolveConfig({
      params: entry.manifest.params ?? [],
      pluginParams: entry.plugin.manifest?.params ?? [],
      given: config.params,
      configFile: config.configFile,
      sets: config.sets,
      ...(use === 'target' ? { setOption: '--to-set', subject: `target ${id} (see --to-set): ` } : {}),
      ...(config.paramsFrom === undefined
        ? {}
        : { subject: `pipeline file ${config.paramsFrom}, ${use === 'target' ? 'to_config' : 'config'}: ` }),
      environment,
      redactor: this.redactor,
      cwd,
      connector: id,
    });
    for (const warning of resolved.warnings) logger.warn(warning);
    const connectorClass = await this.loader.load(entry);
    const redact = (text: string): string => this.redactor.redact(text);
    const addSecret = (secret: string): void => void this.redactor.addSecret(secret);
    return new OpenedConnector({
      entry,
      stateFolder: stateFolderOf(entry.plugin.root, this.settings),
      connectorClass,
      ...resolved,
      logger,
      redact,
      addSecret,
    });
  }
}

function assertUsable({ id, manifest }: ConnectorEntry, use: ConnectorUse): void {
  const { readable, writable } = capabilitiesOf(manifest);
  if (use === 'source' && !readable) {
    throw new ConfigError(`connector "${id}" cannot be read`, {
      code: 'CONNECTOR_NOT_READABLE',
      details: { connector: id },
    });
  }
  if (use === 'target' && !writable) {
    throw new ConfigError(`connector "${id}" cannot be written to`, {
      code: 'CONNECTOR_NOT_WRITABLE',
      details: { connector: id },
    });
  }
}
