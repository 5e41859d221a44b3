import { ConnectorError } from '../sdk/errors.js';
import { jsonText } from '../targets/values/json-text.js';

/** Characters of the longest state: half of what a string of the runtime can hold. */
const MAX_CHARACTERS = 256 * 1024 * 1024;
/** Levels of nesting in a state. */
const MAX_DEPTH = 500;

/**
 * A state as JSON text; integers beyond 2^53 may be bigint and are written as plain integers.
 *
 * @throws ConnectorError STATE_INVALID for a state that is too large
 */
export function stateText(state: unknown): string {
  const text = textOf(state);
  if (text.length > MAX_CHARACTERS) throw tooLarge();
  return text;
}

/**
 * Checks what a connector offers: an object of JSON values.
 * @throws ConnectorError STATE_INVALID with the path of a value that JSON cannot say
 */
export function checkOffer(state: unknown): asserts state is Record<string, unknown> {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) {
    const kind = Array.isArray(state) ? 'a list' : state === null ? 'null' : typeof state;
    throw invalid(`it is ${kind}, not an object`);
  }
  const problem = findProblem(state, '', 0, { above: new Set(), characters: 0 });
  if (problem !== undefined) throw invalid(problem);
}

function textOf(state: unknown): string {
  let text: string | undefined;
  try {
    text = jsonText(state);
  } catch (error) {
    // A string has a longest length.
    if (error instanceof RangeError) throw tooLarge();
    throw error;
  }
  if (text === undefined) throw tooLarge();
  return text;
}

/** What is known of a state while it is looked through. */
interface Look {
  /** The objects that the one at hand lies in. */
  readonly above: Set<object>;
  /** Characters of the texts so far, so that a state that is far too large is not even written as JSON. */
  characters: number;
}

/** Where a value that JSON cannot say lies, in words; undefined: there is none. */
function findProblem(value: unknown, path: string, depth: number, look: Look): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : `${path} is ${String(value)}`;
    case 'object':
      return value === null ? undefined : findInObject(value, path, depth, look);
    default:
      return `${path} is a ${typeof value}`;
  }
}

function findInObject(value: object, path: string, depth: number, look: Look): string | undefined {
  const { above } = look;
  if (above.has(value)) return `${path || 'it'} contains itself`;
  if (depth > MAX_DEPTH) return `${path.slice(0, 60)}... is nested more than ${MAX_DEPTH} levels deep`;
  const tag = Object.prototype.toString.call(value);
  if (tag !== '[object Object]' && tag !== '[object Array]')
    return `${path || 'it'} is a ${tag.slice(8, -1)}`;
  above.add(value);
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    // Most values are text or numbers; the path is made only where it may be needed.
    if (item === null) continue;
    if (typeof item === 'string') {
      look.characters += item.length;
      if (look.characters > MAX_CHARACTERS) throw tooLarge();
      continue;
    }
    const problem = findProblem(
      item,
      Array.isArray(value) ? `${path}[${key}]` : join(path, key),
      depth + 1,
      look,
    );
    if (problem !== undefined) return problem;
  }
  above.delete(value);
  return undefined;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function invalid(problem: string): ConnectorError {
  return new ConnectorError(`a checkpoint has a state that is not JSON: ${problem}`, {
    code: 'STATE_INVALID',
  });
}

function tooLarge(): ConnectorError {
  return new ConnectorError(
    `a checkpoint has a state of more than ${MAX_CHARACTERS / 1024 / 1024} million characters`,
    { code: 'STATE_INVALID', action: 'Keep cursors in the state, not rows.' },
  );
}
