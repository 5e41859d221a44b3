import { ConfigError } from '../../sdk/errors.js';
import { LenientJsonError, readLenientJson } from '../json/read-lenient-json.js';

/** A place in a file, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What the text of a file says. */
export interface DataText {
  readonly value: unknown;
  /** Where the value of a path stands, or its key where it has one; undefined: not known, as in JSON. */
  placeOf(path: readonly (string | number)[]): Place | undefined;
}

/** The file that a text is from. */
export interface DataFile {
  /** As messages name it: `config file a.yaml`. */
  readonly label: string;
  /** Its path; YAML where it ends in .yaml or .yml, else lenient JSON. */
  readonly file: string;
}

/** @throws ConfigError CONFIG_FILE_INVALID with the place; never shows the file's content */
export function parseDataText(file: DataFile, text: string): Promise<DataText> {
  return /\.ya?ml$/i.test(file.file) ? parseYaml(file, text) : parseJson(file, text);
}

/** The error of a file that says something else than it must. */
export function invalidData({ label, file }: DataFile, what: string, place?: Place): ConfigError {
  return new ConfigError(`${label} ${what}`, {
    code: 'CONFIG_FILE_INVALID',
    details: place ? { file, line: place.line, columnNumber: place.column } : { file },
  });
}

async function parseJson(file: DataFile, text: string): Promise<DataText> {
  try {
    return { value: await readLenientJson(text), placeOf: () => undefined };
  } catch (error) {
    if (!(error instanceof LenientJsonError)) throw error;
    throw invalidData(file, `is not JSON: ${error.message} at ${error.line}:${error.column}`, error);
  }
}

async function parseYaml(file: DataFile, text: string): Promise<DataText> {
  const { LineCounter, isMap, isNode, isScalar, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { logLevel: 'silent', lineCounter: lines });
  const [error] = document.errors;
  if (error) {
    // yaml's own message quotes the line, which may hold a secret; its code says the same.
    const what = error.code.toLowerCase().replaceAll('_', ' ');
    const start = error.linePos?.[0];
    if (!start) throw invalidData(file, `is not YAML: ${what}`);
    throw invalidData(file, `is not YAML: ${what} at ${start.line}:${start.col}`, {
      line: start.line,
      column: start.col,
    });
  }
  const placeOf = (path: readonly (string | number)[]): Place | undefined => {
    if (path.length === 0) return undefined;
    const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
      : undefined;
    const node: unknown = pair?.key ?? document.getIn(path, true);
    const start = isNode(node) ? node.range?.[0] : undefined;
    if (start === undefined) return undefined;
    const { line, col } = lines.linePos(start);
    return { line, column: col };
  };
  let value: unknown;
  try {
    value = document.toJS();
  } catch {
    // The message of yaml names the alias, which is a secret where a password begins with "*".
    throw invalidData(
      file,
      'is not YAML that can be used: an alias (*name) has no anchor, or there are too many',
    );
  }
  if (holdsItself(value)) {
    throw invalidData(file, 'is not YAML that can be used: an alias (*name) stands inside of what it names');
  }
  return { value, placeOf };
}

/** @param around what the value lies in */
function holdsItself(value: unknown, around: readonly unknown[] = []): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (around.includes(value)) return true;
  const inside = [...around, value];
  return Object.values(value).some((item) => holdsItself(item, inside));
}
