import { fileURLToPath } from 'node:url';
import { ConnectorError, isHostError, type ErrorCode, type HostError } from '../sdk/errors.js';

/** Names an error of a library where the host knows it; undefined where it does not. */
export type ErrorTranslator = (error: unknown) => HostError | undefined;

/** Where the host's own code lies. */
const HOST_FOLDER = fileURLToPath(new URL('..', import.meta.url));

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
  if (isHostError(error)) return withPlace(error);
  const known = translate?.(error);
  if (known) return known;
  const message =
    error instanceof Error || isErrorLike(error)
      ? `${error.name}: ${error.message}`
      : `it threw ${typeof error === 'string' ? `the text ${JSON.stringify(error)}` : error === null ? 'null' : typeof error}`;
  const place = firstFrame(error);
  const where = place ? ` (${place.file}:${place.line})` : '';
  return new ConnectorError(`${what}: ${message}${where}`, {
    code,
    cause: error,
    ...(place ? { details: place } : {}),
  });
}

/** What a connector threw itself as its own failure says where, as any other error of it does. */
function withPlace(error: HostError): HostError {
  if (error.code !== 'CONNECTOR_FAILED' || error.details.file !== undefined) return error;
  const place = firstFrame(error);
  if (!place) return error;
  return new ConnectorError(`${error.message} (${place.file}:${place.line})`, {
    action: error.action,
    details: { ...error.details, ...place },
    cause: error,
  });
}

function firstFrame(error: unknown): { file: string; line: number; columnNumber: number } | undefined {
  if (!isErrorLike(error) || typeof error.stack !== 'string') return undefined;
  for (const line of error.stack.split('\n').slice(1)) {
    const frame = FRAME.exec(line.trim());
    if (!frame?.[1] || frame[1].startsWith('node:')) continue;
    const file = frame[1].startsWith('file:') ? fileURLToPath(frame[1]) : frame[1];
    // Libraries and the host itself are not where the author looks first.
    if (file.includes('node_modules') || file.startsWith(HOST_FOLDER)) continue;
    return { file, line: Number(frame[2]), columnNumber: Number(frame[3]) };
  }
  return undefined;
}

/** By shape, so that an error of another realm counts. */
function isErrorLike(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}
