import { ConfigError, type Row } from 'connector-host';

const SHOWN_KEYS = 20;

/**
 * The rows of one answer: what lies at `dataPath` (names joined by dots; empty: the answer itself). A list is its
 * items, an object is one row.
 *
 * @param request what was asked, as the start of a sentence
 * @param paged the answer must have a list: an object in it would be a row on every page, without end
 * @throws ConfigError when the path is not there, or when what lies there are no rows
 */
export function extractRows(
  answer: unknown,
  dataPath: string,
  request: string,
  paged: boolean,
): readonly Row[] {
  const fail = (problem: string, action: string): never => {
    throw new ConfigError(`${request}: ${problem}`, { action });
  };
  const found = dataPath === '' ? answer : follow(dataPath, answer, fail);
  const place = dataPath === '' ? 'the answer is' : `data_path "${dataPath}" leads to`;
  if (Array.isArray(found)) {
    const problem = itemsProblem(found);
    return problem === undefined
      ? (found as Row[])
      : fail(`${place} ${problem}`, 'Point data_path at a list of objects.');
  }
  if (!isObject(found)) return fail(`${place} ${kindOf(found)}`, 'Point data_path at a list of objects.');
  if (!paged) return [found];
  return fail(
    `${place} an object (${keysOf(found)}), which cannot be read page by page`,
    'Point data_path at the list in it, or set pagination_type to none.',
  );
}

function follow(
  dataPath: string,
  answer: unknown,
  fail: (problem: string, action: string) => never,
): unknown {
  let place = 'the answer';
  let found = answer;
  for (const name of dataPath.split('.')) {
    const problem = !isObject(found)
      ? `${place} is ${kindOf(found)} and has no "${name}"`
      : Object.hasOwn(found, name)
        ? undefined
        : `${place} has no "${name}" (${keysOf(found)})`;
    if (problem !== undefined) fail(`data_path "${dataPath}": ${problem}`, 'Correct data_path.');
    found = (found as Row)[name];
    place = `"${name}"`;
  }
  return found;
}

/** What is wrong with the items of a list, or undefined where each of them is an object. */
function itemsProblem(items: readonly unknown[]): string | undefined {
  const wrong = items.findIndex((item) => !isObject(item));
  if (wrong === -1) return undefined;
  const kind = kindOf(items[wrong]);
  return items.every((item) => kindOf(item) === kind)
    ? `a list of ${kind.replace(/^an? /, '')}${kind === 'null' ? '' : 's'}`
    : `a list whose item ${wrong + 1} is ${kind}`;
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function keysOf(value: Row): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return 'it is empty';
  const shown = keys.slice(0, SHOWN_KEYS).map((key) => (key.length > 40 ? `${key.slice(0, 40)}…` : key));
  return `its keys: ${shown.join(', ')}${keys.length > SHOWN_KEYS ? ', …' : ''}`;
}
