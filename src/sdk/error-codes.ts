/** Who must act on an error. The class decides the exit code; see docs/reference/errors.md. */
export type ErrorClassName =
  | 'ConfigError'
  | 'ConnectorError'
  | 'AuthError'
  | 'RowError'
  | 'TargetError'
  | 'TransientError'
  | 'AbortError';

/** One row of the error table. */
export interface ErrorCodeEntry {
  /** The class every error of this code has. */
  readonly class: ErrorClassName;
  /** What happened, in general words. */
  readonly summary: string;
  /** What to do about it; shown when the error itself names nothing better. */
  readonly action: string;
}

/**
 * The one table of error codes. A code never changes its meaning once released.
 * `docs/reference/errors.md` lists the same codes; a test holds the two together.
 */
export const ERROR_CODES = {
  CONFIG_INVALID: {
    class: 'ConfigError',
    summary: 'A parameter is missing, unknown, of the wrong type, out of range or not among the choices.',
    action: 'Correct the parameters named; `host describe <connector>` lists them all.',
  },
  CONFIG_FILE_UNREADABLE: {
    class: 'ConfigError',
    summary: 'A file named on the command line does not exist or cannot be read.',
    action: 'Check the path and the permissions of the file.',
  },
  CONFIG_FILE_INVALID: {
    class: 'ConfigError',
    summary: 'A configuration file is not JSON (comments allowed) or YAML, or is not an object.',
    action: 'Correct the file at the position named.',
  },
  ENV_MISSING: {
    class: 'ConfigError',
    summary: 'A value refers to an environment variable that is not set.',
    action: 'Set the variable, or put it into the .env file beside plugin.json.',
  },
  PIPELINE_INVALID: {
    class: 'ConfigError',
    summary: 'A pipeline file has unknown, missing or wrong fields, or shares its name with something else.',
    action: 'Correct the file; docs/reference/pipeline-file.md lists the fields.',
  },
  CLI_USAGE: {
    class: 'ConfigError',
    summary: 'The command line has an option, a value or a combination that the host does not take.',
    action: 'See `host <command> --help`.',
  },
  PARTITION_SPEC_INVALID: {
    class: 'ConfigError',
    summary: 'The text of --partition does not read, or does not fit the dimensions.',
    action: 'Correct it at the character named; docs/reference/partition-spec.md has the grammar.',
  },
  PARTITION_NOT_FOUND: {
    class: 'ConfigError',
    summary: 'None of the partitions that were chosen is there.',
    action: '`host partitions <connector>` lists those that are.',
  },
  PARTITION_UNSELECTED: {
    class: 'ConfigError',
    summary: 'The connector has partitions and cannot list them, so a run must say which.',
    action: 'Name them with --partition.',
  },
  PARTITIONS_UNSUPPORTED: {
    class: 'ConfigError',
    summary:
      'Partitions were asked of a source that has none, of a target that cannot keep them apart, or in a mode without.',
    action: 'Leave --partition out, or choose another source, target or mode.',
  },
  PARTITIONING_CHANGED: {
    class: 'ConfigError',
    summary: 'The dimensions are not those that the pipeline was loaded with.',
    action: 'Load into another table with --table, or drop the table and load it anew.',
  },
  PARTITIONING_INVALID: {
    class: 'ConnectorError',
    summary:
      'getPartitioning, listPartitions or partitionExists failed, or returned what is no partitioning, id or answer.',
    action: 'Correct the method of the connector.',
  },
  PLUGIN_NOT_FOUND: {
    class: 'ConfigError',
    summary:
      'There is no plugin.json in this folder or above it, or --plugin names a folder without connectors.',
    action: 'Change into a plugin folder, or name one with --plugin DIR.',
  },
  PLUGIN_MANIFEST_INVALID: {
    class: 'ConfigError',
    summary: 'plugin.json is not JSON or breaks its schema.',
    action: 'Correct the file at the places named.',
  },
  CONNECTOR_NOT_FOUND: {
    class: 'ConfigError',
    summary: 'No connector of that name was found.',
    action: '`host list` shows every connector, and the plugins that were looked into.',
  },
  CONNECTOR_NOT_READABLE: {
    class: 'ConfigError',
    summary: 'The connector is used as a source, but its manifest says that it cannot be read.',
    action: 'Use a readable connector, or declare `"readable": true` and write generateRows.',
  },
  CONNECTOR_NOT_WRITABLE: {
    class: 'ConfigError',
    summary: 'The connector is used as a target, but its manifest does not say that it can be written.',
    action: 'Use a writable connector, or declare `"writable": true` and write getWriter.',
  },
  SOURCE_UNREADABLE: {
    class: 'ConfigError',
    summary:
      'A file or database that is read does not exist, may not be read, or is not what its ending says.',
    action: 'Correct the path, or the permissions of the file.',
  },
  SOURCE_TABLE_UNKNOWN: {
    class: 'ConfigError',
    summary: 'Nobody says which table of a database is read, or the table or column named is not there.',
    action: 'Name a table with --from-table, or write a SELECT with --query.',
  },
  QUERY_INVALID: {
    class: 'ConfigError',
    summary: 'The query of --query is not one SELECT, or the database cannot run it.',
    action: 'Correct the query; it must be one SELECT that names each of its columns once.',
  },
  TARGET_UNKNOWN: {
    class: 'ConfigError',
    summary: 'The text of --to names no kind of target that this version has.',
    action:
      'Use -, a .csv, .jsonl, .ndjson, .parquet or .duckdb file, a folder (out/), postgres://user@host/db, or the id of a writable connector.',
  },
  TARGET_MODE_UNSUPPORTED: {
    class: 'ConfigError',
    summary: 'The target cannot do what the mode asks.',
    action: 'Choose another --mode or another target.',
  },
  TABLE_NAME_INVALID: {
    class: 'ConfigError',
    summary: 'The name of the target table is empty or reserved for the host.',
    action: 'Choose another name with --table.',
  },
  PIPELINE_NOT_FOUND: {
    class: 'ConfigError',
    summary: 'The target knows no pipeline of that name, or is not there.',
    action: '`host runs` lists the pipelines of a target; --to names another target.',
  },
  COLUMN_NAME_INVALID: {
    class: 'ConfigError',
    summary: 'A column has no name, or two columns differ in upper and lower case only.',
    action: 'Rename the column in the connector or at the source.',
  },
  NAMES_COLLIDE: {
    class: 'ConfigError',
    summary:
      'Two tables or columns of the source would have the same name in the target, or differ in case only.',
    action: 'Give one of them another name with --rename.',
  },
  SCHEMA_CONFLICT: {
    class: 'ConfigError',
    summary: 'The columns of this run do not go with the table that is there.',
    action: 'Load with --mode overwrite, or into another table with --table.',
  },
  TABLE_NOT_OURS: {
    class: 'ConfigError',
    summary: 'An overwrite would replace a table that the host did not load.',
    action: 'Load into another table with --table, or take this one over with --adopt.',
  },
  GUARD_REFUSED: {
    class: 'ConfigError',
    summary: 'The run would remove or send more rows than is likely to be meant. Nothing was changed.',
    action: 'Look at the source; where it is meant, run again with the option named.',
  },
  PARAMS_CHANGED: {
    class: 'ConfigError',
    summary: 'Parameters that decide which rows come are not what they were when the state was saved.',
    action: 'Run with --full-refresh to read everything anew, or with --keep-state to go on.',
  },
  PRIMARY_KEY_CHANGED: {
    class: 'ConfigError',
    summary: 'The primary key of a table is not what it was when the table was loaded.',
    action: 'Run with --full-refresh to load the table anew, or into another table.',
  },
  STATE_NEWER: {
    class: 'ConfigError',
    summary: 'The saved state was written by a newer version of the connector.',
    action: 'Upgrade the connector, or read everything anew with --full-refresh.',
  },
  STATE_UNREADABLE: {
    class: 'ConfigError',
    summary: 'The saved state is not a JSON object. The host never saves such a one; it was edited.',
    action: 'Put an earlier one back with `host state restore`, or read everything anew with --full-refresh.',
  },
  HTTP_REFUSED: {
    class: 'ConfigError',
    summary: 'The API refused a request as wrong (a 4xx status).',
    action: 'Check the address and the parameters of the request.',
  },
  PAGING_FAILED: {
    class: 'ConfigError',
    summary:
      'The pages of an API repeat, leave rows out or cannot be followed, so rows would be lost or doubled.',
    action: 'Correct the parameters of the paging; docs/reference/paginate.md explains each rule.',
  },
  CURSOR_FAILED: {
    class: 'ConfigError',
    summary:
      'The read cannot go on from where the last run ended: a row has no value that can be compared, comes out of order, or cannot be told from others.',
    action: 'Correct the parameters of the cursor; docs/reference/cursor.md explains each rule.',
  },
  PYTHON_CONNECTOR: {
    class: 'ConfigError',
    summary: 'The folder has a connector.py only; Python connectors are not supported yet.',
    action: 'Port the class to connector.ts; docs/guide/write-a-connector.md shows how.',
  },
  CONNECTOR_MANIFEST_INVALID: {
    class: 'ConnectorError',
    summary: 'connector.json is missing, is not JSON or breaks its schema.',
    action: 'Correct the file at the places named.',
  },
  CONNECTOR_NAME_INVALID: {
    class: 'ConnectorError',
    summary: "The connector's folder does not begin with the plugin's id.",
    action: 'Rename the folder to <plugin id>-<name>.',
  },
  CONNECTOR_LOAD_FAILED: {
    class: 'ConnectorError',
    summary:
      'connector.ts cannot be loaded: a syntax error, a missing import, or code that throws on import.',
    action: 'Correct the file at the position named.',
  },
  CONNECTOR_CLASS_INVALID: {
    class: 'ConnectorError',
    summary: 'connector.ts exports no connector class, or more than one.',
    action: 'Export one class with generateRows or getWriter as the default export.',
  },
  CONNECTOR_CAPABILITY_MISSING: {
    class: 'ConnectorError',
    summary: 'The manifest and the methods of the class do not go together.',
    action: 'Write the method, or change the manifest.',
  },
  CONNECTOR_FAILED: {
    class: 'ConnectorError',
    summary: "The connector's own code failed.",
    action: 'Correct the connector; --verbose shows the stack.',
  },
  SCHEMA_INVALID: {
    class: 'ConnectorError',
    summary: 'getReadSchema returned something that is not a schema.',
    action:
      'Return { columns: [{ name, type }], primaryKey: [names] } or null; docs/reference/types.md has the types.',
  },
  EMISSION_INVALID: {
    class: 'ConnectorError',
    summary: 'generateRows yielded something that is not a row, a page of rows or an operation.',
    action: 'Yield plain objects, or arrays of them.',
  },
  OPERATION_INVALID: {
    class: 'ConnectorError',
    summary: 'An operation does not go with its table, or with what the connector emitted before.',
    action: 'Correct the operation; docs/reference/operations.md has the rules.',
  },
  SCHEMA_FROZEN: {
    class: 'ConnectorError',
    summary: 'A table or column is new, and --schema-contract freeze takes no new ones.',
    action: 'Run once with --schema-contract evolve to take it, or leave it out with --exclude or --tables.',
  },
  STATE_INVALID: {
    class: 'ConnectorError',
    summary: 'A checkpoint has a state that is not a JSON object.',
    action: 'Offer an object of texts, numbers, booleans, nulls, lists and objects.',
  },
  WRITER_FAILED: {
    class: 'ConnectorError',
    summary: "The connector's writer failed.",
    action: 'Correct the writer; --verbose shows the stack.',
  },
  AUTH_FAILED: {
    class: 'AuthError',
    summary: 'The API refused the credentials (401 or 403).',
    action: 'Check the credentials and what they are allowed to do.',
  },
  KEY_MISSING: {
    class: 'RowError',
    summary: 'A row or a delete has no value in a column of the primary key.',
    action: 'Give every row its key at the source, or declare a key that every row has.',
  },
  KEY_REPEATED: {
    class: 'RowError',
    summary: 'Two rows have the same primary key, where each must come once.',
    action: 'Correct the rows at the source, or declare a key that tells them apart.',
  },
  ROW_INVALID: {
    class: 'RowError',
    summary: 'A value does not convert to the type its column is declared with.',
    action: 'Correct the value at the source, or declare the column with a wider type.',
  },
  ROW_REFUSED: {
    class: 'RowError',
    summary: 'An endpoint refused a row for good.',
    action:
      'Correct the row at the source; --on-bad-row dead-letter keeps such rows aside and goes on with the others.',
  },
  TOO_MANY_BAD_ROWS: {
    class: 'RowError',
    summary: 'More rows were bad than --max-rejected allows.',
    action: 'Correct the rows at the source, or let more of them pass with --max-rejected.',
  },
  TARGET_FAILED: {
    class: 'TargetError',
    summary: 'The target refused to open, write or commit.',
    action: 'Check the target.',
  },
  TARGET_UNWRITABLE: {
    class: 'TargetError',
    summary: "The target's folder does not exist or cannot be written.",
    action: 'Create the folder, or correct its permissions.',
  },
  TARGET_DISK_FULL: {
    class: 'TargetError',
    summary: 'There is no space left where the target writes.',
    action: 'Free some space and run again.',
  },
  TARGET_NOT_A_DATABASE: {
    class: 'TargetError',
    summary: 'The file exists but is not a DuckDB database.',
    action: 'Name another file with --to, or move this one away.',
  },
  TARGET_VERSION_NEWER: {
    class: 'TargetError',
    summary: "The target's bookkeeping was written by a newer version of the host.",
    action: 'Upgrade connector-host.',
  },
  FILE_CHANGED: {
    class: 'TargetError',
    summary: 'A file that rows are added to is not as the last run of its pipeline left it.',
    action: 'Look through the file; run with --adopt to take it as it is.',
  },
  PIPELINE_FENCED: {
    class: 'TargetError',
    summary: 'Another run took the pipeline over, because this one gave no sign of life for too long.',
    action: 'Look at the other run; nothing more of this one was committed.',
  },
  TARGET_BUSY: {
    class: 'TransientError',
    summary: 'Another process holds the database.',
    action: 'Wait for that process to end, or end it, and run again.',
  },
  TARGET_UNAVAILABLE: {
    class: 'TransientError',
    summary: 'The database did not answer, or the connection to it was lost.',
    action: 'Check that the server runs and can be reached, and run again.',
  },
  PIPELINE_BUSY: {
    class: 'TransientError',
    summary: 'Another run of the same pipeline goes on.',
    action: 'Wait for that run to end, and run again.',
  },
  SOURCE_UNAVAILABLE: {
    class: 'TransientError',
    summary: 'The API or server that is read did not answer, or answered 429 or 5xx.',
    action: 'Run again later.',
  },
  TRANSIENT: {
    class: 'TransientError',
    summary: 'A fault that passes by itself.',
    action: 'Run again later.',
  },
  ABORTED: {
    class: 'AbortError',
    summary: 'The run was stopped by a signal.',
    action: 'Run again.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;

/** A stable, documented name for one kind of failure. */
export type ErrorCode = keyof typeof ERROR_CODES;
