import { inject, injectable } from 'inversify';
import { defaultTableOfFile, isSourceText } from '../../sources/source-text.js';
import type { TableBefore, TableColumn, Target, WriteMode } from '../../targets/target.js';
import { AddressFiller } from '../address-filler.js';
import { defaultTableOf } from '../connectors/connector-entry.js';
import { pluginRootOf } from '../plugins/find-plugins.js';
import { ConnectorRegistry } from '../connectors/connector-registry.js';
import type { Settings } from '../settings.js';
import { stateFolderOf } from '../state-folder.js';
import { PARTITION } from '../../targets/partitions/partition-column.js';
import { TargetOpener } from '../target-opener.js';
import { TOKENS } from '../tokens.js';

/** The tables of a source as a preview saw them. */
export interface PreviewedTables {
  /** What was previewed: a file, or a connector's id. */
  readonly source: string;
  /** The table of a database that was read. */
  readonly fromTable?: string | undefined;
  /** Default: warehouse.duckdb. */
  readonly to?: string | undefined;
  /** Schema of a database that has schemas. */
  readonly pgSchema?: string | undefined;
  readonly tables: readonly {
    /** Null: the one table of a dataset. */
    readonly name: string | null;
    readonly columns: readonly TableColumn[];
    readonly primaryKey?: readonly string[];
  }[];
}

/** The statements that a run would begin with. */
export interface PreviewStatements {
  /** Label of the target. */
  readonly target: string;
  readonly statements: readonly string[];
}

/** Says which statements a run into a target would need for the tables of a preview. Writes nothing. */
@injectable()
export class PreviewPlan {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(ConnectorRegistry) private readonly registry: ConnectorRegistry,
    @inject(TargetOpener) private readonly targets: TargetOpener,
    @inject(AddressFiller) private readonly addresses: AddressFiller,
  ) {}

  /** @throws HostError when the target cannot be opened */
  async of(
    { source, fromTable, to, pgSchema, tables }: PreviewedTables,
    signal: AbortSignal,
  ): Promise<PreviewStatements> {
    const { root, defaultTable } = await this.#placeOf(source, fromTable);
    const stateFolder = stateFolderOf(root, this.settings);
    const target = await this.targets.openForState(
      { to, pgSchema },
      { signal, stateFolder, looksOnly: true },
    );
    try {
      const statements: string[] = [];
      for (const { name, columns, primaryKey = [] } of tables) {
        const isCut = columns.some((column) => column.name === PARTITION);
        const replaces = name === null && !(isCut && target.beginPartitions);
        const mode = replaces ? 'overwrite' : name !== null && primaryKey.length > 0 ? 'merge' : 'append';
        statements.push(...(await planOf(target, name ?? defaultTable, mode, columns)));
      }
      return { target: target.label, statements };
    } finally {
      await target.close();
    }
  }

  async #placeOf(text: string, fromTable?: string): Promise<{ root: string; defaultTable: string }> {
    const source = await this.addresses.sourceText(text);
    if (isSourceText(source)) {
      const { cwd, pluginFolders } = this.settings;
      return { root: pluginRootOf(cwd, pluginFolders), defaultTable: defaultTableOfFile(source, fromTable) };
    }
    const entry = await this.registry.find(source);
    return { root: entry.plugin.root, defaultTable: defaultTableOf(entry) };
  }
}

async function planOf(
  target: Target,
  table: string,
  mode: WriteMode,
  columns: readonly TableColumn[],
): Promise<readonly string[]> {
  const before = mode === 'overwrite' ? null : ((await target.look?.(table, mode)) ?? null);
  return (await target.plan?.(table, { columns: merged(before, columns), mode, deletes: 'hard' })) ?? [];
}

/** A few rows say which columns are new, but not what becomes of the types of those that are there. */
function merged(before: TableBefore | null, columns: readonly TableColumn[]): readonly TableColumn[] {
  if (!before) return columns;
  const known = new Set(before.columns.map(({ name }) => name));
  return [...before.columns, ...columns.filter(({ name }) => !known.has(name))];
}
