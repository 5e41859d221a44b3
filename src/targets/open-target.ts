import type { Writable } from 'node:stream';
import { ConfigError } from '../sdk/errors.js';
import { maskCredentials } from '../sdk/mask-credentials.js';
import type { LockWait } from './duckdb/when-free.js';
import type { Target } from './target.js';

/** How rows look on stdout, which takes no Parquet, and in the files of a folder. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
export const OUTPUT_FORMATS = ['ndjson', 'csv', 'parquet'] as const;

/** What {@link openTarget} needs besides the text of --to. */
export interface OpenTargetOptions {
  /** Where `-` writes. */
  readonly stdout: Writable;
  /** How rows look; only for `-` (default ndjson) and folders (default parquet). */
  readonly format?: OutputFormat | undefined;
  /** Folder for the journals of targets that cannot keep a state themselves; absent: they keep none. */
  readonly stateFolder?: string | undefined;
  /** True: what someone changed in the target since the pipeline's last run is taken as it is. Default false. */
  readonly adopt?: boolean | undefined;
  /** True: the target is only looked at, so nothing is made that is not there. Default false. */
  readonly looksOnly?: boolean | undefined;
  /** How long to wait for a database that another process holds. Default: not at all. */
  readonly wait?: LockWait | undefined;
  /** Schema of a database that has schemas. Default `public`. */
  readonly pgSchema?: string | undefined;
  /** Opens a writable connector as a target; undefined: there is no connector of that id. */
  readonly openConnector: (id: string) => Promise<Target | undefined>;
  /** What else a text that names no target may have meant, to be put behind it: ` (did you mean "x"?)`. */
  readonly hint?: (text: string) => Promise<string>;
}

const FILE = /(?:\.(?:csv|jsonl|ndjson|parquet|duckdb)|\/)$/;

/** Whether a text names a file or a folder, and so is a path. */
export function isFileTarget(text: string): boolean {
  return FILE.test(text);
}

/** URLs of databases without a secret: a user, and at most a reference to a password. */
const OPEN_URL = /^postgres(?:ql)?:\/\/[^:@/?]*(?::\$\{env:[^{}]+\})?@[^@]*$/;

/** The text of a target as it may be kept in a file: a password is replaced by `***`. */
export function notedTarget(text: string): string {
  const shown = text.replace(/([?&]password=)[^&]*/g, '$1***');
  return OPEN_URL.test(shown) ? shown : maskCredentials(shown);
}

const HAS_SCHEMAS = /^postgres(?:ql)?:\/\//;

/** Whether a text names, or may name once its variables are filled in, a database with schemas. */
export function mayHaveSchemas(text: string): boolean {
  return HAS_SCHEMAS.test(text) || text.startsWith('${env:');
}

/** The target of a run that names none. */
export const DEFAULT_TARGET = 'warehouse.duckdb';

/**
 * Opens the target that a text names: `-`, a folder that ends in `/`, a file by its ending, the URL of a PostgreSQL database,
 * or the id of a writable connector. A kind of target is loaded only when it is asked for.
 *
 * @throws ConfigError TARGET_UNKNOWN, CLI_USAGE, and whatever opening the target throws
 */
export async function openTarget(text: string, options: OpenTargetOptions): Promise<Target> {
  const {
    stdout,
    format,
    stateFolder: journalFolder,
    adopt,
    wait,
    looksOnly = false,
    pgSchema,
    openConnector,
  } = options;
  if (text === '-') {
    const { StdoutTarget } = await import('./stdout/stdout-target.js');
    return new StdoutTarget(stdout, textFormat(format), journalFolder);
  }
  if (text.endsWith('/')) {
    const { FolderTarget } = await import('./folder/folder-target.js');
    return new FolderTarget(text, format ?? 'parquet', { journalFolder, adopt });
  }
  if (format !== undefined) {
    throw new ConfigError(`--format ${format} is for the target - and for folders only`, {
      code: 'CLI_USAGE',
      action:
        'Leave --format out; the ending of a file says its format. A folder ends in a slash: --to out/.',
    });
  }
  if (text.endsWith('.csv')) {
    return new (await import('./csv/csv-target.js')).CsvTarget(text, { journalFolder, adopt });
  }
  if (text.endsWith('.jsonl') || text.endsWith('.ndjson')) {
    return new (await import('./jsonl/jsonl-target.js')).JsonlTarget(text, { journalFolder, adopt });
  }
  if (text.endsWith('.parquet')) {
    return new (await import('./parquet/parquet-target.js')).ParquetTarget(text, { journalFolder, adopt });
  }
  if (text.endsWith('.duckdb')) {
    const { DuckdbTarget } = await import('./duckdb/duckdb-target.js');
    return looksOnly ? DuckdbTarget.openForLook(text, wait) : DuckdbTarget.open(text, wait);
  }
  if (HAS_SCHEMAS.test(text)) {
    const { PostgresTarget } = await import('./postgres/postgres-target.js');
    return PostgresTarget.open(text, { schema: pgSchema, wait });
  }
  const connector = await openConnector(text);
  if (connector) return connector;
  const hint = (await options.hint?.(text)) ?? '';
  throw new ConfigError(`"${maskCredentials(text)}" is neither a target nor a connector${hint}`, {
    code: 'TARGET_UNKNOWN',
  });
}

function textFormat(format: OutputFormat = 'ndjson'): 'ndjson' | 'csv' {
  if (format !== 'parquet') return format;
  throw new ConfigError('Parquet is read from its end, so it cannot go to stdout', {
    code: 'CLI_USAGE',
    action: 'Run with --format ndjson or --format csv, or name a file with --to rows.parquet.',
  });
}
