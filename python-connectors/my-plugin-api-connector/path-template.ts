import { ConfigError, type Row } from 'connector-host';

/** What paths are filled with. */
export interface PathPlace {
  readonly resource: string;
  readonly table: string;
}

/** A path with placeholders, as in `/{resource}/{key}`. */
export class PathTemplate {
  /** Names of the placeholders, each once. */
  readonly names: readonly string[];

  constructor(readonly text: string) {
    this.names = [...new Set([...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name))];
  }

  /**
   * @param row whose key columns the path may name; each has a segment
   * @throws ConfigError for a placeholder that stands for nothing
   */
  fill({ resource, table }: PathPlace, row: Row = {}, key: readonly string[] = []): string {
    return this.text.replace(PLACEHOLDER, (_all, name: string) => {
      if (name === 'resource') return encodeURIComponent(resource);
      if (name === 'table') return encodeURIComponent(table);
      if (name === 'key') return key.map((column) => keySegment(row[column])).join(',');
      if (key.includes(name)) return keySegment(row[name]) ?? '';
      throw new ConfigError(`the path ${this.text} has {${name}}, which is no key column of the table`, {
        action: `Use {key}, or the name of a key column: ${key.join(', ')}.`,
      });
    });
  }
}

const PLACEHOLDER = /\{([^{}]*)\}/g;
const ALONE_A_SURROGATE = /\p{Surrogate}/u;

/**
 * The value of a key column as a segment of a path. Undefined: none can be made of it. An empty text and the dots would
 * name the collection, or what it lies in, instead of one row of it.
 */
export function keySegment(value: unknown): string | undefined {
  if (!['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return undefined;
  const text = String(value);
  if (text === '' || text === '.' || text === '..' || ALONE_A_SURROGATE.test(text)) return undefined;
  return encodeURIComponent(text);
}
