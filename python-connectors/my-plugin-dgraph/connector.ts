import { ConfigError, Connector, op } from 'connector-host';
import type { ConnectorContext, Operation, ReadRequest, Row, State, SyncSchema } from 'connector-host';
import { readSettings, type DgraphConfig, type DgraphSettings } from './dgraph-settings.js';
import { GraphqlClient } from './graphql-client.js';
import { instantOf } from './instant.js';
import { NodePages } from './node-pages.js';
import { syncNodes, type SyncProgress } from './node-sync.js';
import { SCHEMA_REQUEST } from './queries.js';
import { schemaTypes, type SchemaType } from './schema-types.js';
import { nodeTables, SCHEMA_METADATA, TABLE_SCHEMAS } from './tables.js';

/** Names that schemas have for the way from a category to its parent. The last one is taken where there is none. */
const PARENT_FIELDS = ['parentCategory', 'parent'] as const;

/** Reads a product catalogue from Dgraph: its nodes, table by table and only what is new, and the edges between them. */
export default class DgraphConnector extends Connector<DgraphConfig> {
  readonly #settings: DgraphSettings;
  readonly #client: GraphqlClient;

  /** @throws ConfigError that lists everything that is wrong with the config */
  constructor(config: DgraphConfig, context: ConnectorContext) {
    super(config, context);
    this.#settings = readSettings(config);
    this.#client = new GraphqlClient(context, this.#settings);
  }

  override getReadSchema(): SyncSchema {
    return { tables: TABLE_SCHEMAS };
  }

  async *generateRows({ state, recordsLimit }: ReadRequest): AsyncGenerator<Operation> {
    const { pageSize, checkpointInterval } = this.#settings;
    const progress: SyncProgress = { cursors: savedCursors(state), rows: 0 };
    const syncedAt = new Date().toISOString();
    const types = await this.#schemaTypes();
    if (types) yield* emitSchema(types, syncedAt);
    const category = types?.find(({ name }) => name === 'Category');
    const tables = nodeTables(PARENT_FIELDS.find((name) => category?.fields.includes(name)) ?? 'parent');
    const size = recordsLimit > 0 ? Math.min(pageSize, recordsLimit) : pageSize;
    for (const table of tables) {
      const pages = new NodePages(this.#client, table, size);
      const since = progress.cursors.get(table.name);
      const rows = yield* syncNodes(pages, progress, { checkpointInterval, syncedAt });
      this.context.logger.info(
        `read ${rows} ${rows === 1 ? 'row' : 'rows'} of ${table.name}${since === undefined ? '' : `, from ${since} on`}`,
      );
    }
  }

  /** Undefined where the database has no schema yet. */
  async #schemaTypes(): Promise<readonly SchemaType[] | undefined> {
    const { value } = await this.#client.ask(SCHEMA_REQUEST);
    const { schema } = (value ?? {}) as Row;
    if (typeof schema === 'string' && schema !== '') return schemaTypes(schema);
    this.context.logger.warn('the database has no GraphQL schema, so schema_metadata is left as it is');
    return undefined;
  }
}

/** All of it in each run: a type that is no longer there goes. */
function* emitSchema(types: readonly SchemaType[], extractedAt: string): Generator<Operation> {
  yield op.truncate(SCHEMA_METADATA);
  const rows = types.map(({ name, fields }) => ({
    type_name: name,
    field_count: fields.length,
    extracted_at: extractedAt,
  }));
  if (rows.length > 0) yield op.upsert(SCHEMA_METADATA, rows);
}

/** @throws ConfigError for a state that this connector has not saved */
function savedCursors(state: State): Map<string, string> {
  const cursors = new Map<string, string>();
  for (const { name } of TABLE_SCHEMAS) {
    const saved = state[name];
    if (saved === undefined || saved === null) continue;
    if (instantOf(saved) === undefined) {
      throw new ConfigError(`"${name}" of the saved state is no RFC 3339 time`, {
        action: 'Set the state to one that was saved, or read from the start with --full-refresh.',
      });
    }
    cursors.set(name, saved as string);
  }
  return cursors;
}
