import type { Environment } from './environment.js';

/** `$${env:` (escaped), or `${env:NAME}`. */
const REFERENCE = /\$\$\{env:|\$\{env:([^{}]+)\}/g;

/** A value with its `${env:NAME}` filled in. */
export interface Substitution {
  readonly value: unknown;
  /** The values of the variables that were filled in. */
  readonly used: readonly string[];
  /** The names of variables that are not set; their references are still in the value. */
  readonly missing: readonly string[];
}

/**
 * Fills in `${env:NAME}` in every text of a value, also in nested lists and objects; keys stay as they are. What a
 * variable holds is not searched again. `$${env:` stands for a plain `${env:`. The given value is not changed.
 */
export function substitute(value: unknown, environment: Environment): Substitution {
  const used: string[] = [];
  const missing: string[] = [];
  const fill = (part: unknown): unknown => {
    if (typeof part === 'string') {
      return part.replace(REFERENCE, (reference, name: string | undefined) => {
        if (name === undefined) return reference.slice(1);
        const found = environment.get(name.trim());
        if (found === undefined) missing.push(name.trim());
        else used.push(found);
        return found ?? reference;
      });
    }
    if (Array.isArray(part)) return part.map(fill);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, item]: [string, unknown]) => [key, fill(item)]),
    );
  };
  return { value: fill(value), used, missing };
}

/** True where a text is one reference and nothing else. */
export function isReference(text: string): boolean {
  return /^\s*\$\{env:[^{}]+\}\s*$/.test(text);
}
