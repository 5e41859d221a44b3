import { OUTPUT_FORMATS } from '../../../targets/open-target.js';

/** A JSON Schema, as far as fields of pipelines need one. */
export type FieldSchema = Readonly<Record<string, unknown>>;

/** One field of a pipeline file. */
export interface PipelineField {
  /** What it does; shown by editors. */
  readonly description: string;
  readonly schema: FieldSchema;
  /** The option of `host run` that says the same; absent: only a file has it. */
  readonly option?: string;
}

const TEXT = { type: 'string', minLength: 1 };
const FLAG = { type: 'boolean' };
const COUNT = { type: 'integer', minimum: 0 };
/** One name, several joined by commas as the command line has them, or a list of them. */
const NAMES = {
  type: ['string', 'array'],
  items: { type: 'string', minLength: 1 },
};
const CONFIG = { type: ['string', 'object'], minLength: 1 };
const SHARE = {
  type: 'string',
  pattern: '^(?:\\d{1,2}(?:\\.\\d+)?|100(?:\\.0+)?)%$',
  errorText: 'must be a share from 0% to 100%, as in 10%',
};

/** What may differ from table to table. */
const TABLE = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    mode: {
      enum: ['append', 'merge'],
      description: 'How the table is written; a whole run replaces its tables, or none of them.',
    },
    primary_key: { ...NAMES, description: 'Columns that identify a row, in the place of the declared ones.' },
    columns: { ...NAMES, description: 'The columns to take, besides the key.' },
  },
};

/** A dimension of partitions: a period of time, or any text. */
const DIMENSION = {
  type: 'object',
  required: ['name', 'type'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, description: 'Name of the dimension.' },
    type: { enum: ['time', 'value'], description: 'Whether its values are periods of time, or any text.' },
    period: {
      enum: ['YEAR', 'MONTH', 'DAY', 'HOUR'],
      description: 'Length of its periods, where it is one of time.',
    },
    time_zone: {
      type: 'string',
      minLength: 1,
      description: 'Time zone that its periods begin in, as in `Europe/Berlin`. Default UTC.',
    },
  },
};

/** Every field of a pipeline file: the one declaration that the schema, the reader and the tests go by. */
export const PIPELINE_FIELDS = {
  name: {
    description:
      'Name of the pipeline, which its state, its history and its lock hang on. Default: the name of the file.',
    schema: { type: 'string', minLength: 1, maxLength: 200 },
    option: '--name',
  },
  description: { description: 'What the pipeline is for; `host list` shows it.', schema: { type: 'string' } },
  schedule: {
    description: 'When it is meant to run. Kept as text; the host does not act on it yet.',
    schema: TEXT,
  },
  source: {
    description: 'What is read: the id of a connector, or the path or URL of a file or database.',
    schema: TEXT,
  },
  config: {
    description: 'Parameters of the source, where it is a connector; or the file that has them.',
    schema: CONFIG,
    option: '--config',
  },
  from_table: {
    description: 'Table of a database that is read. Default: that of `table`.',
    schema: TEXT,
    option: '--from-table',
  },
  query: { description: 'A SELECT that is read instead of a table.', schema: TEXT, option: '--query' },
  cursor: {
    description: 'Column of a file or database by which a run goes on where the last one ended.',
    schema: TEXT,
    option: '--cursor',
  },
  primary_key: {
    description: 'Columns that identify a row of a file or database. Default: those of the database.',
    schema: NAMES,
    option: '--primary-key',
  },
  partition: {
    description:
      'The partitions to read, as --partition takes them. Default: all, where the connector lists them.',
    schema: TEXT,
    option: '--partition',
  },
  dimensions: {
    description: 'How a source is cut whose user decides: the dimensions of its partitions, in order.',
    schema: { type: 'array', minItems: 1, items: DIMENSION },
    option: '--dimensions',
  },
  limit: { description: 'Rows to read at most.', schema: { type: 'integer', minimum: 1 }, option: '--limit' },
  to: {
    description: 'Where rows go, as --to takes it. Default: `warehouse.duckdb` beside plugin.json.',
    schema: TEXT,
    option: '--to',
  },
  to_config: {
    description: 'Parameters of the target, where it is a connector; or the file that has them.',
    schema: CONFIG,
    option: '--to-config',
  },
  format: {
    description: 'How rows look on stdout and in the files of a folder.',
    schema: { enum: OUTPUT_FORMATS },
    option: '--format',
  },
  pg_schema: {
    description:
      'Schema of a PostgreSQL target, for its tables and the bookkeeping of the host, and of a PostgreSQL source.',
    schema: TEXT,
    option: '--pg-schema',
  },
  table: {
    description: 'Table of the target, where the source has one table.',
    schema: TEXT,
    option: '--table',
  },
  tables: {
    description: 'The tables to take: their names, or an object with what differs for each of them.',
    schema: {
      type: ['string', 'array', 'object'],
      items: { type: 'string', minLength: 1 },
      additionalProperties: TABLE,
    },
    option: '--tables',
  },
  columns: {
    description: 'The columns to take, besides the key: `a`, or `t.a`.',
    schema: NAMES,
    option: '--columns',
  },
  exclude: { description: 'The columns to leave out.', schema: NAMES, option: '--exclude' },
  hash_columns: {
    description: 'The columns to hash, with the salt in $HOST_HASH_SALT.',
    schema: NAMES,
    option: '--hash-columns',
  },
  mode: {
    description: 'How tables are written.',
    schema: { enum: ['overwrite', 'append', 'merge', 'mirror'] },
    option: '--mode',
  },
  deletes: {
    description: 'What becomes of rows that are deleted.',
    schema: { enum: ['hard', 'soft'] },
    option: '--deletes',
  },
  delete_missing: {
    description: 'Removes rows that a complete read did not give.',
    schema: FLAG,
    option: '--delete-missing',
  },
  prune: {
    description: 'Removes partitions that are no longer listed, after a complete run of all.',
    schema: FLAG,
    option: '--prune',
  },
  max_delete: {
    description:
      'The largest share of a table that `delete_missing`, `prune` or the mode mirror may remove. Default `10%`.',
    schema: SHARE,
    option: '--max-delete',
  },
  nested: {
    description: 'What becomes of objects and lists.',
    schema: { enum: ['json', 'flatten', 'child-tables'] },
    option: '--nested',
  },
  max_depth: {
    description: 'Levels of nesting that are opened.',
    schema: { ...COUNT, maximum: 100 },
    option: '--max-depth',
  },
  names: {
    description: 'Whether names stay as they are.',
    schema: { enum: ['keep', 'snake_case'] },
    option: '--names',
  },
  rename: {
    description: 'Other names for tables and columns: an object from old to new, or texts as in `a=b`.',
    schema: {
      type: ['string', 'array', 'object'],
      items: { type: 'string', minLength: 1 },
      additionalProperties: { type: 'string', minLength: 1 },
    },
    option: '--rename',
  },
  parse_timestamps: {
    description: 'The columns whose text is read as instants.',
    schema: NAMES,
    option: '--parse-timestamps',
  },
  schema_contract: {
    description: 'What becomes of tables, columns and types that are new.',
    schema: { enum: ['evolve', 'freeze', 'discard', 'discard-row'] },
    option: '--schema-contract',
  },
  audit_columns: {
    description: 'Adds the columns `_run_id` and `_loaded_at`.',
    schema: FLAG,
    option: '--audit-columns',
  },
  on_bad_row: {
    description: 'Whether the first bad row ends the run, or bad rows are kept aside.',
    schema: { enum: ['fail', 'dead-letter'] },
    option: '--on-bad-row',
  },
  max_rejected: {
    description: 'Bad rows that are kept aside at most: a number, or a share of the rows read.',
    schema: {
      type: ['integer', 'string'],
      minimum: 0,
      pattern: '^(?:\\d+|(?:\\d{1,2}(?:\\.\\d+)?|100(?:\\.0+)?)%)$',
      errorText: 'must be a number of rows, or a share as in 1%',
    },
    option: '--max-rejected',
  },
  full_refresh: {
    description: 'Reads everything anew and replaces every table.',
    schema: FLAG,
    option: '--full-refresh',
  },
  keep_state: {
    description: 'Goes on from the saved state although parameters changed.',
    schema: FLAG,
    option: '--keep-state',
  },
  adopt: { description: 'Takes over what the host did not load.', schema: FLAG, option: '--adopt' },
  force: {
    description: 'Lets `limit` replace a table by fewer rows than it has.',
    schema: FLAG,
    option: '--force',
  },
  allow_empty: {
    description: 'Lets a source without rows empty its tables.',
    schema: FLAG,
    option: '--allow-empty',
  },
  concurrency: {
    description: 'Partitions that are read at once. Default 4; with `limit` 1.',
    schema: { type: 'integer', minimum: 1, maximum: 1000 },
    option: '--concurrency',
  },
  fail_fast: {
    description: 'Lets the first partition that fails stop the others.',
    schema: FLAG,
    option: '--fail-fast',
  },
  commit_every: {
    description: 'Seconds (`5s`) or rows (`10000`) between commits; 0: at each checkpoint.',
    schema: {
      type: ['integer', 'string'],
      minimum: 0,
      pattern: '^\\d+(?:\\.\\d+)?s?$',
      errorText: 'must be seconds as in 5s, or a number of rows',
    },
    option: '--commit-every',
  },
  retries: {
    description: 'Reads after a passing fault of the source without a commit in between.',
    schema: { ...COUNT, maximum: 1000 },
    option: '--retries',
  },
  lock_timeout: {
    description: 'Seconds to wait for a database in use.',
    schema: { type: 'number', minimum: 0, maximum: 2_000_000 },
    option: '--lock-timeout',
  },
} as const satisfies Readonly<Record<string, PipelineField>>;

/** Name of a field. */
export type PipelineFieldName = keyof typeof PIPELINE_FIELDS;
