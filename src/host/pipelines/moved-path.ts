import { relative, resolve } from 'node:path';

/** A path as it is from another folder. One of a folder keeps the slash at its end, which says so. */
export function moved(path: string, from: string, to: string): string {
  const there = relative(to, resolve(from, path));
  return path.endsWith('/') ? `${there === '' ? '.' : there}/` : there;
}
