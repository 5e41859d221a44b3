import {
  AuthError,
  ConfigError,
  isHostError,
  RowError,
  TargetError,
  TransientError,
  type HostError,
} from '../../sdk/errors.js';

/** What the library throws for an answer of the server, and for a connection that broke. */
interface PostgresFailure {
  readonly message: string;
  /** SQLSTATE of the server, or the code of the system's error. */
  readonly code?: string;
  readonly detail?: string;
  readonly where?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  /** Number of the row in the run, where it is known. */
  readonly row?: number;
}

type Explanation = (label: string, failure: PostgresFailure, cause: unknown) => HostError;

/** The server, or the way to it, is not there for now. */
const GONE =
  /^(?:08...|57P0[1-5]|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/;
/** What the library says without a code. */
const GONE_WORDS = /^(?:Connection terminated|timeout expired|Client has encountered a connection error)/;

/** By SQLSTATE: the longest beginning of the code that is listed counts. */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  '28': (label, _failure, cause) =>
    new AuthError(`${label} refused the user or the password`, {
      action: 'Check user and password in the URL, or PGUSER and PGPASSWORD.',
      cause,
    }),
  '3D000': (label, _failure, cause) =>
    new ConfigError(`there is no database ${label}`, {
      code: 'TARGET_UNKNOWN',
      action: 'Create the database, or correct its name in the URL.',
      cause,
    }),
  '42501': (label, failure, cause) =>
    new TargetError(`${label}: ${firstLine(failure)}`, {
      code: 'TARGET_UNWRITABLE',
      action: 'Grant the role USAGE and CREATE on the schema, and let it own the tables that it loads.',
      cause,
    }),
  '25006': (label, _failure, cause) =>
    new TargetError(`${label} is read-only`, {
      code: 'TARGET_UNWRITABLE',
      action: 'Name the primary server, or a role without default_transaction_read_only.',
      cause,
    }),
  '53100': (label, _failure, cause) =>
    new TargetError(`no space is left on the disk of ${label}`, { code: 'TARGET_DISK_FULL', cause }),
  '53300': (label, _failure, cause) =>
    new TransientError(`${label} has as many connections as it takes`, { code: 'TARGET_BUSY', cause }),
  '40001': (label, _failure, cause) => changedMeanwhile(label, cause),
  '40P01': (label, _failure, cause) => changedMeanwhile(label, cause),
  '55P03': (label, _failure, cause) =>
    new TransientError(`another session holds a table of ${label} for longer than --lock-timeout`, {
      code: 'TARGET_BUSY',
      action: 'Wait for that session to end, or end it, and run again.',
      cause,
    }),
  '42P07': (label, _failure, cause) => changedMeanwhile(label, cause),
  // A table has a type of its name, which may be there a moment before it.
  '42710': (label, _failure, cause) => changedMeanwhile(label, cause),
  // These messages show the key or the row.
  '23': (label, failure, cause) =>
    madeTwice(label, failure, cause) ??
    badRow(failure) ??
    new TargetError(`${label}: a row breaks a constraint of the table, such as a key or NOT NULL`, {
      action: 'Correct the rows at the source, drop the constraint, or load into another table with --table.',
      ...(failure.table === undefined ? {} : { details: { table: failure.table } }),
    }),
  // And these the value.
  '22': (label, failure) =>
    badRow(failure) ??
    new TargetError(`${label}: a value does not fit into its column (SQLSTATE ${failure.code})`, {
      action: 'Give the column a wider type, or load into another table with --table.',
    }),
  '0A000': (label, failure, cause) => {
    const view = /rule \S+ on (?:materialized )?view (.+) depends on column (.+)$/.exec(failure.detail ?? '');
    if (!view) return new TargetError(`${label}: ${firstLine(failure)}`, { cause });
    return new TargetError(
      `column ${view[2]} cannot get a wider type in ${label}, because the view ${view[1]} shows it`,
      { action: 'Drop the view, run, and create it again; or declare the type of the column.', cause },
    );
  },
};

/** Says in one sentence what PostgreSQL, or the way to it, refused. */
export function postgresError(error: unknown, label: string): HostError {
  if (isHostError(error)) return error;
  const failure = error as PostgresFailure;
  if (isConnectionLoss(error)) {
    return new TransientError(`the connection to ${label} failed: ${firstLine(failure)}`, {
      code: 'TARGET_UNAVAILABLE',
      cause: error,
    });
  }
  const { code = '' } = failure;
  if (code === 'ENOTFOUND') {
    return new ConfigError(`the host of ${label} is not known`, {
      code: 'TARGET_UNKNOWN',
      action: 'Correct the name of the host in the URL.',
      cause: error,
    });
  }
  if (
    code === 'ENOENT' ||
    /^(?:The server does not support SSL|self.signed|unable to|Hostname\/IP)/i.test(failure.message)
  ) {
    return new ConfigError(
      `${label} cannot be reached in the way that its URL asks for: ${firstLine(failure)}`,
      {
        code: 'CONFIG_INVALID',
        action: 'Correct sslmode, sslrootcert, sslcert or sslkey in the URL.',
        cause: error,
      },
    );
  }
  const explain = [5, 2].map((length) => EXPLANATIONS[code.slice(0, length)]).find(Boolean);
  return (
    explain?.(label, failure, error) ?? new TargetError(`${label}: ${firstLine(failure)}`, { cause: error })
  );
}

/** Whether an error says that nothing more can be said on the connection, or that none can be had. */
export function isConnectionLoss(error: unknown): boolean {
  const { code, message } = (error ?? {}) as Partial<PostgresFailure>;
  return GONE.test(code ?? '') || (code === undefined && GONE_WORDS.test(message ?? ''));
}

/** Whether the same transaction may succeed when it runs again. */
export function isConflict(error: unknown): boolean {
  const { code } = (error ?? {}) as Partial<PostgresFailure>;
  return code === '40001' || code === '40P01';
}

/** Whether another session made or changed a table at the same time, so that it has to be looked at again. */
export function isChange(error: unknown): boolean {
  const { code = '', schema } = (error ?? {}) as Partial<PostgresFailure>;
  return code === '42P07' || code === '42710' || (code.startsWith('23') && schema === 'pg_catalog');
}

/** The error of a run that another session was in the way of. */
export function changedMeanwhile(label: string, cause?: unknown): TransientError {
  return new TransientError(`a table of ${label} was changed by another session at the same time`, {
    code: 'TARGET_BUSY',
    action: 'Run again when the other session has ended.',
    cause,
  });
}

/** Two sessions that make one table at the same moment meet in the server's own catalogue. */
function madeTwice(label: string, { schema }: PostgresFailure, cause: unknown): HostError | undefined {
  return schema === 'pg_catalog' ? changedMeanwhile(label, cause) : undefined;
}

/** COPY names the line, and so the row. */
function badRow({ row, where = '', column, code }: PostgresFailure): RowError | undefined {
  if (row === undefined) return undefined;
  const name = column ?? /, column ([^:]+)(?::|$)/.exec(where)?.[1];
  const place = name === undefined ? '' : `, column "${name}"`;
  return new RowError(`row ${row}${place}: PostgreSQL refused the value (SQLSTATE ${code})`, {
    details: { row, ...(name === undefined ? {} : { column: name }) },
  });
}

function firstLine({ message }: PostgresFailure): string {
  return message.split('\n')[0] as string;
}
