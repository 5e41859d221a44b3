import { fileURLToPath } from 'node:url';
import { ConnectorError, isHostError, type ErrorCode, type HostError } from '../sdk/errors.js';

/** Names an error of a library where the host knows it; undefined where it does not. */
export type ErrorTranslator = (error: unknown) => HostError | undefined;

/** A frame of a stack that lies in a file of the connector's, with its position. */
const FRAME = /^at (?:[^/]*? \()?(?:async )?((?:file:\/\/)?.+?\.[cm]?[jt]s):(\d+):(\d+)\)?$/;

/**
 * Makes a ConnectorError of whatever a connector threw, with the file and line it came from.
 *
 * @param what what failed, as the start of a sentence
 * @param code the code of the error where nothing better is known
 */
export function explainFailure(
  error: unknown,
  translate?: ErrorTranslator,
  what = 'the connector failed',
  code: ErrorCode = 'CONNECTOR_FAILED',
): HostError {
  if (isHostError(error)) return error;
  const known = translate?.(error);
  if (known) return known;
  const message =
    error instanceof Error || isErrorLike(error)
      ? `${error.name}: ${error.message}`
      : `it threw ${error === null ? 'null' : typeof error}`;
  const place = firstFrame(error);
  const where = place ? ` (${place.file}:${place.line})` : '';
  return new ConnectorError(`${what}: ${message}${where}`, {
    code,
    cause: error,
    ...(place ? { details: place } : {}),
  });
}

function firstFrame(error: unknown): { file: string; line: number; columnNumber: number } | undefined {
  if (!isErrorLike(error) || typeof error.stack !== 'string') return undefined;
  for (const line of error.stack.split('\n').slice(1)) {
    const frame = FRAME.exec(line.trim());
    // Libraries and Node itself are not where the author looks first.
    if (!frame?.[1] || frame[1].includes('node_modules') || frame[1].startsWith('node:')) continue;
    return {
      file: frame[1].startsWith('file:') ? fileURLToPath(frame[1]) : frame[1],
      line: Number(frame[2]),
      columnNumber: Number(frame[3]),
    };
  }
  return undefined;
}

/** By shape, so that an error of another realm counts. */
function isErrorLike(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}
