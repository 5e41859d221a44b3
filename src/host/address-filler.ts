import { inject, injectable } from 'inversify';
import { ConfigError, isHostError } from '../sdk/errors.js';
import { sourceKind } from '../sources/source-text.js';
import { loadEnvironment } from './config/environment.js';
import { isReference, substitute } from './config/substitute.js';
import { ConnectorRegistry } from './connectors/connector-registry.js';
import { Redactor } from './redactor.js';
import type { Settings } from './settings.js';
import { TOKENS } from './tokens.js';

/** How errors name the text of a source and that of a target. */
const SOURCE = 'the source';
export const TARGET = 'the target of --to';

/** Fills in what the texts of sources and targets take from the environment, and keeps their passwords secret. */
@injectable()
export class AddressFiller {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(ConnectorRegistry) private readonly registry: ConnectorRegistry,
    @inject(Redactor) private readonly redactor: Redactor,
  ) {}

  /** The text of a source, filled in where it is a URL. @throws ConfigError ENV_MISSING */
  async sourceText(source: string): Promise<string> {
    return sourceKind(source) === 'server' || isReference(source) ? this.filledIn(source, SOURCE) : source;
  }

  /**
   * A text with its `${env:NAME}` filled in, which may be a password in a URL, or the whole URL.
   *
   * @param what the text, as errors name it
   * @throws ConfigError ENV_MISSING for a variable that is not set
   */
  async filledIn(text: string, what: string): Promise<string> {
    if (!text.includes('${env:')) {
      this.redactor.addUrl(text);
      return text;
    }
    const { envFile, cwd } = this.settings;
    const environment = await loadEnvironment({ pluginDir: await this.#pluginFolder(), envFile, cwd });
    // A part of a URL must not be taken for its punctuation.
    const isWhole = isReference(text);
    const encoded = new Map(
      [...environment].map(([name, value]) => [name, isWhole ? value : encodeURIComponent(value)]),
    );
    const { value, used, missing } = substitute(text, encoded);
    for (const each of used) this.redactor.addSecret(isWhole ? '' : decodeURIComponent(each));
    this.redactor.addUrl(value as string);
    const [name] = missing;
    if (name === undefined) return value as string;
    throw new ConfigError(`${what} refers to the environment variable ${name}, which is not set`, {
      code: 'ENV_MISSING',
    });
  }

  /** A database can be looked at outside of any plugin. */
  async #pluginFolder(): Promise<string | undefined> {
    try {
      return (await this.registry.scan()).plugins[0]?.root;
    } catch (error) {
      if (isHostError(error) && error.code === 'PLUGIN_NOT_FOUND') return undefined;
      throw error;
    }
  }
}
