import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inject, injectable } from 'inversify';
import { ConfigError } from '../../sdk/errors.js';
import { maskCredentials } from '../../sdk/mask-credentials.js';
import type { Logger } from '../../sdk/logger.js';
import { openSource, serverAddress } from '../../sources/open-source.js';
import { isSourceText, sourceKind } from '../../sources/source-text.js';
import type { Source } from '../../sources/source.js';
import { DEFAULT_TARGET } from '../../targets/open-target.js';
import { AddressFiller, TARGET } from '../address-filler.js';
import { ConnectorOpener } from '../connectors/connector-opener.js';
import { pluginRootOf } from '../plugins/find-plugins.js';
import type { RunSpec, SourceSpec } from '../run-spec.js';
import type { Settings } from '../settings.js';
import { stateFolderOf } from '../state-folder.js';
import { didYouMean } from '../suggest.js';
import { TOKENS } from '../tokens.js';
import { OpenedFile } from './opened-file.js';
import type { OpenedSource } from './opened-source.js';

/** What is read, and what its opening depends on besides. */
export type ReadSpec = SourceSpec & Pick<RunSpec, 'to' | 'table' | 'lockTimeout' | 'pgSchema'>;

/** Opens what a run reads: a file or database by its path or URL, else a connector by its id. */
@injectable()
export class SourceOpener {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(TOKENS.Logger) private readonly logger: Logger,
    @inject(ConnectorOpener) private readonly connectors: ConnectorOpener,
    @inject(AddressFiller) private readonly addresses: AddressFiller,
  ) {}

  /**
   * @param signal stops the wait for a database that another process holds
   * @throws HostError when it cannot be opened: an unknown id, a wrong config, a broken connector, a missing file
   */
  async open(spec: ReadSpec, signal?: AbortSignal): Promise<OpenedSource> {
    const source = await this.addresses.sourceText(spec.source);
    if (isSourceText(source)) return this.#openFile({ ...spec, source }, signal);
    refuseFileOptions(spec);
    return this.connectors.open(spec.source, spec, 'source');
  }

  async #openFile(spec: ReadSpec, signal: AbortSignal | undefined): Promise<OpenedSource> {
    refuseConfig(spec);
    const { cwd } = this.settings;
    const { source, query, cursor, primaryKey, pgSchema, lockTimeout = 0 } = spec;
    // --table is the target's; with nothing else it names both.
    const fromTable = spec.fromTable ?? (query === undefined && isDatabase(source) ? spec.table : undefined);
    const isTarget = await this.#isTarget(spec);
    const opened = await openSource(source, {
      cwd,
      fromTable,
      query,
      cursor,
      primaryKey,
      isTarget,
      schema: pgSchema,
      wait: {
        lockTimeoutMs: lockTimeout * 1000,
        signal,
        onWait: ({ message }) =>
          this.logger.warn(`${message}; waiting up to ${lockTimeout} s for it (--lock-timeout)`),
      },
      didYouMean,
    });
    if (isTarget && fromTable !== undefined) await refuseSameTable(opened, spec, fromTable);
    const root = pluginRootOf(cwd, this.settings.pluginFolders);
    return new OpenedFile(opened, { ...spec, fromTable }, root, stateFolderOf(root, this.settings));
  }

  async #isTarget({ source, to = DEFAULT_TARGET }: ReadSpec): Promise<boolean> {
    if (sourceKind(source) === 'server') {
      const target = await this.addresses.filledIn(to, TARGET);
      return sourceKind(target) === 'server' && serverAddress(source) === serverAddress(target);
    }
    const { cwd } = this.settings;
    const [from, into] = await Promise.all([
      unlessMissing(realpath(resolve(cwd, source))),
      // As the target finds its file.
      unlessMissing(realpath(resolve(to))),
    ]);
    return from !== undefined && from === into;
  }
}

function isDatabase(source: string): boolean {
  return ['database', 'server'].includes(sourceKind(source) ?? '');
}

/** Only names are compared: a table that is renamed on its way is another one. */
async function refuseSameTable(
  opened: Source,
  { table, pgSchema = 'public' }: ReadSpec,
  fromTable: string,
): Promise<void> {
  const into = (table ?? opened.defaultTable).toLowerCase();
  // What the host loads lies in the schema of this name.
  const schema = opened.path === undefined ? pgSchema.toLowerCase() : 'main';
  const names = [into, `${schema}.${into}`];
  if (!names.includes(fromTable.toLowerCase())) return;
  await opened.close?.();
  throw new ConfigError(`table "${fromTable}" would be read and written at the same time`, {
    code: 'CLI_USAGE',
    action: 'Name another table with --table, or another target with --to.',
    details: { table: fromTable },
  });
}

function refuseConfig({ source, configFile, sets = [] }: SourceSpec): void {
  if (configFile === undefined && sets.length === 0) return;
  const kind = sourceKind(source) === 'server' ? 'database' : 'file';
  throw new ConfigError(
    `"${maskCredentials(source)}" is a ${kind} and no connector, so it has no parameters`,
    {
      code: 'CLI_USAGE',
      action: 'Leave --config and --set out.',
    },
  );
}

function refuseFileOptions({ source, fromTable, query, cursor, primaryKey = [] }: SourceSpec): void {
  const refuse = (option: string, action: string): never => {
    throw new ConfigError(`${option} is for files and databases, and "${source}" is a connector`, {
      code: 'CLI_USAGE',
      action,
    });
  };
  if (fromTable !== undefined) refuse('--from-table', 'Leave it out; --table names the table of the target.');
  if (query !== undefined)
    refuse('--query', 'Leave it out, or name a database in the place of the connector.');
  const declare = 'Leave it out; a connector declares it itself, in getReadSchema or by its parameters.';
  if (cursor !== undefined) refuse('--cursor', declare);
  if (primaryKey.length > 0) refuse('--primary-key', declare);
}

async function unlessMissing(path: Promise<string>): Promise<string | undefined> {
  // Whatever is wrong with it is said where it is opened.
  return path.catch(() => undefined);
}
