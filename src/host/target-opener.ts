import { inject, injectable } from 'inversify';
import { ConfigError, ConnectorError } from '../sdk/errors.js';
import type { Logger } from '../sdk/logger.js';
import { explainFailure } from '../sync/explain-failure.js';
import { DEFAULT_TARGET, openTarget } from '../targets/open-target.js';
import type { MirrorOptions } from '../targets/mirror/mirror-options.js';
import type { Target, WriteMode } from '../targets/target.js';
import { AddressFiller, TARGET } from './address-filler.js';
import { capabilitiesOf } from './connectors/connector-entry.js';
import { within } from '../targets/within.js';
import { ConnectorOpener } from './connectors/connector-opener.js';
import { ConnectorRegistry } from './connectors/connector-registry.js';
import { toHostError } from './http/http-error.js';
import type { ConfigSpec, TargetSpec } from './run-spec.js';
import type { Settings } from './settings.js';
import { didYouMean } from './suggest.js';
import { TOKENS } from './tokens.js';

/** Longest time that a connector gets to close, in milliseconds. */
const CLOSE_WITHIN_MS = 500;

/** What opening a target needs besides its text and its options. */
export interface TargetNeeds {
  /** Stops the wait for a database, and the HTTP requests of a connector that is written to. */
  readonly signal: AbortSignal;
  /** Where targets that keep no state themselves have their journals. */
  readonly stateFolder: string;
  /** The mode that was asked for. */
  readonly mode?: WriteMode | undefined;
  /** Present: a connector gets only what differs from what its endpoint has accepted. */
  readonly mirror?: MirrorOptions | undefined;
  /** True: what somebody else changed in the target is taken as it is. */
  readonly adopt?: boolean | undefined;
  /** True: the target is only looked at. */
  readonly looksOnly?: boolean | undefined;
}

/** Opens the target of a run, be it a file or a writable connector. */
@injectable()
export class TargetOpener {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(TOKENS.Logger) private readonly logger: Logger,
    @inject(ConnectorRegistry) private readonly registry: ConnectorRegistry,
    @inject(ConnectorOpener) private readonly connectors: ConnectorOpener,
    @inject(AddressFiller) private readonly addresses: AddressFiller,
  ) {}

  /** @throws HostError when the target cannot be opened */
  async open(spec: TargetSpec, needs: TargetNeeds): Promise<Target> {
    const { to = DEFAULT_TARGET, toConfig = {} } = spec;
    const hasConfig = toConfig.configFile !== undefined || (toConfig.sets ?? []).length > 0;
    if (hasConfig && !(await this.#isConnector(to))) {
      throw new ConfigError(`the target of --to is no connector, so it has no config`, {
        code: 'CLI_USAGE',
        action: 'Leave --to-config and --to-set out, or name a writable connector with --to.',
      });
    }
    if (needs.mirror && !(await this.#isConnector(to))) {
      throw new ConfigError('--mode mirror is for writable connectors, and the target of --to is none', {
        code: 'TARGET_MODE_UNSUPPORTED',
        action: 'Name a writable connector with --to, or run with --mode overwrite or merge.',
      });
    }
    return this.#open(spec, needs, (id) => this.#openConnector(id, toConfig, needs));
  }

  /**
   * Opens a target for a look at its states and runs; a connector needs no config for that.
   * @throws HostError when the target cannot be opened
   */
  async openForState(spec: TargetSpec, needs: TargetNeeds): Promise<Target> {
    const { to, lockTimeout, pgSchema } = spec;
    return this.#open({ to, lockTimeout, pgSchema }, needs, async (id) =>
      (await this.#isConnector(id)) ? this.#openUnconfigured(id, needs) : undefined,
    );
  }

  async #open(
    { to = DEFAULT_TARGET, format, lockTimeout = 0, pgSchema }: TargetSpec,
    { signal, stateFolder, adopt, looksOnly }: TargetNeeds,
    openConnector: (id: string) => Promise<Target | undefined>,
  ): Promise<Target> {
    return openTarget(await this.addresses.filledIn(to, TARGET), {
      stdout: this.settings.stdout,
      format,
      pgSchema,
      stateFolder,
      adopt,
      looksOnly,
      wait: {
        lockTimeoutMs: lockTimeout * 1000,
        signal,
        onWait: ({ message }) =>
          this.logger.warn(`${message}; waiting up to ${lockTimeout} s for it (--lock-timeout)`),
      },
      openConnector,
      hint: async (text) =>
        didYouMean(
          text,
          (await this.registry.scan()).connectors.map(({ id }) => id),
        ),
    });
  }

  async #isConnector(id: string): Promise<boolean> {
    const { connectors } = await this.registry.scan();
    return connectors.some((entry) => entry.id === id);
  }

  async #openConnector(
    id: string,
    config: ConfigSpec,
    { signal, mode, stateFolder, mirror }: TargetNeeds,
  ): Promise<Target | undefined> {
    if (!(await this.#isConnector(id))) return undefined;
    const opened = await this.connectors.open(id, config, 'target');
    if (mode === 'append' && !capabilitiesOf(opened.entry.manifest).supportAppend) {
      throw new ConfigError(`connector "${id}" takes no rows that are added to what is there`, {
        code: 'TARGET_MODE_UNSUPPORTED',
        action: 'Run with --mode overwrite, or declare "supportAppend": true in its manifest.',
        details: { connector: id },
      });
    }
    const { WriterTarget } = await import('../targets/writer/writer-target.js');
    const connector = opened.create(signal);
    const target = new WriterTarget({
      connector: id,
      openWriter: async (request) => {
        // The loader has seen to it that a writable connector has the method.
        const writer = await connector.getWriter?.(request);
        if (!writer)
          throw new ConnectorError(`getWriter of connector "${id}" returned nothing`, {
            code: 'WRITER_FAILED',
          });
        return writer;
      },
      journalFolder: stateFolder,
      wrapError: (error) =>
        explainFailure(error, toHostError, `the writer of connector "${id}" failed`, 'WRITER_FAILED'),
      close: () => within(CLOSE_WITHIN_MS, connector.close?.()),
    });
    if (!mirror) return target;
    const { MirrorTarget } = await import('../targets/mirror/mirror-target.js');
    return new MirrorTarget({ writer: target, stateFolder, options: mirror });
  }

  async #openUnconfigured(id: string, { stateFolder }: TargetNeeds): Promise<Target> {
    const { WriterTarget } = await import('../targets/writer/writer-target.js');
    return new WriterTarget({
      connector: id,
      openWriter: () => Promise.reject(new Error(`connector "${id}" was opened to look at its states only`)),
      journalFolder: stateFolder,
      wrapError: (error) => explainFailure(error),
      close: () => Promise.resolve(),
    });
  }
}
