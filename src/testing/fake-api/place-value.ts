import type { Row } from '../../sdk/schema.js';

/** The names of a path: joined by dots, those in double quotes as they are. */
export function pathNames(path: string): string[] {
  return [...path.matchAll(/"([^"]*)"|([^."]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** Puts a value at a path of an object, and makes the objects on the way. */
export function placeValue(into: Row, path: string, value: unknown): void {
  const names = pathNames(path);
  const last = names.pop();
  if (last === undefined) return;
  let place = into;
  for (const name of names) {
    if (typeof place[name] !== 'object' || place[name] === null) place[name] = {};
    place = place[name] as Row;
  }
  place[last] = value;
}

/** What lies at a path, undefined where nothing does. */
export function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const name of pathNames(path)) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Row)[name];
  }
  return found;
}
