import { ConfigError, isHostError, TransientError, type HostError } from '../../sdk/errors.js';
import { isConnectionLoss, postgresError } from '../../targets/postgres/postgres-error.js';
import { invalidQuery } from './check-query.js';

/** What the library throws, as far as it is looked at. */
interface Failure {
  readonly message: string;
  /** SQLSTATE of the server, or the code of the system's error. */
  readonly code?: string;
}

/** The answer to a message that the protocol does not allow, which here is a query with parameters. */
const PARAMETERS = '08P01';
/** Failures that pass by themselves: a server that follows another one, and a statement that somebody ended. */
const PASSING = /^(?:40|57014)/;
/** What the target's words fit: rights to connect, connections, locks, files of TLS. */
const AS_TARGET = /^(?:28|53300|55P03|ENOENT)/;
/** A semicolon where the query goes on, and what follows one that ends it. */
const SEVERAL = /";"|multiple commands/;
/** Failures of these classes say what is wrong with a statement; the messages of others may show values. */
const SAFE_CLASS = /^(?:0A|25|42|53|54|55|58|XX)/;

/**
 * Says in one sentence why something could not be read.
 *
 * @param label the database, without credentials
 * @param isQuery true: it is a query of the user's that failed
 */
export function sourceError(error: unknown, label: string, isQuery: boolean): HostError {
  if (isHostError(error)) return error;
  const { code = '', message = '' } = (error ?? {}) as Partial<Failure>;
  const [first = ''] = message.split('\n');
  if (code === PARAMETERS && isQuery)
    return invalidQuery('has parameters, which nobody gives values to', error);
  if (isConnectionLoss(error)) return unavailable(`the connection to ${label} failed: ${first}`, error);
  if (PASSING.test(code)) return unavailable(`${label} ended the read: ${first}`, error);
  if (code === '3D000' || code === 'ENOTFOUND') {
    const problem =
      code === 'ENOTFOUND' ? `the host of ${label} is not known` : `there is no database ${label}`;
    return new ConfigError(problem, {
      code: 'SOURCE_UNREADABLE',
      action: 'Correct the host or the name of the database in the URL.',
      cause: error,
    });
  }
  if (code === '42501') {
    return new ConfigError(`"${label}" cannot be read: ${first}`, {
      code: 'SOURCE_UNREADABLE',
      action: 'Grant the role USAGE on the schema and SELECT on the table.',
      cause: error,
    });
  }
  // The system's codes have letters only, and what has none is about TLS.
  if (AS_TARGET.test(code) || !/\d/.test(code)) return postgresError(error, label);
  if (isQuery && code === '42601' && SEVERAL.test(first))
    return invalidQuery('is more than one statement', error);
  const what = isQuery ? `the query cannot be run in "${label}"` : `"${label}" cannot be read`;
  const kind = isQuery ? 'QUERY_INVALID' : 'SOURCE_UNREADABLE';
  const action = isQuery ? {} : { action: 'Correct the table or view, or read it with --query.' };
  if (SAFE_CLASS.test(code))
    return new ConfigError(`${what}: ${first}`, { code: kind, ...action, cause: error });
  // Without the cause, which --verbose would show.
  return new ConfigError(`${what}: a value is wrong for it (SQLSTATE ${code})`, { code: kind, ...action });
}

function unavailable(problem: string, cause: unknown): TransientError {
  return new TransientError(problem, {
    code: 'SOURCE_UNAVAILABLE',
    action: 'Check that the server runs and can be reached, and run again.',
    cause,
  });
}
