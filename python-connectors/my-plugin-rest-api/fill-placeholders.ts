import { ConfigError, problemText } from 'connector-host';
import {
  PARTITION_NAMES,
  PartitionTexts,
  type PartitionOfRead,
  type PlaceholderValue,
} from './partition-texts.js';
import { bodyValue } from './read-body.js';
import type { Pairs, RestApiConfig } from './rest-api-config.js';

/** `{{name}}`, which is `{name}` as it is sent, or `{name}`; what is inside has no braces. */
const BRACES = /\{(\{[^{}]+\})\}|\{([^{}]+)\}/g;
/** A name, and a form behind a colon. Other braces, as those of JSON, are no placeholders. */
const PLACEHOLDER = /^([^:]+?)(?::([A-Za-z_]+))?$/;
const NAME = /^[A-Za-z_]\w*$/;
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

const NO_PARTITION =
  'Say how the data is cut and which part is wanted, as in --dimensions day:DAY --partition 2026-11-21.';
const UNTOLD =
  'Put the placeholders where the API takes them, or leave out a dimension that it cannot be asked by.';

/**
 * The config of one read: what placeholders stand for in endpoint, query, headers and body. Without a partition only the
 * names that every partition has are placeholders, and they are an error: a config without them is what it always was.
 *
 * @throws ConfigError that lists every placeholder that stands for nothing, and dimensions that no placeholder asks by
 */
export function fillPlaceholders(
  config: RestApiConfig,
  partition: PartitionOfRead | undefined,
): RestApiConfig {
  const filler = new Filler(partition && new PartitionTexts(partition));
  const { endpoint, query, headers, body } = config;
  const filled: RestApiConfig = {
    ...config,
    ...(endpoint && { endpoint: filler.path('endpoint', endpoint) }),
    ...(query && { query: filler.pairs('query', query) }),
    ...(headers && { headers: filler.pairs('headers', headers) }),
    ...(hasBraces(body) && { body: filler.deep('body', bodyValue(body)) }),
  };
  const problems = filler.problems.size > 0 ? [...filler.problems] : filler.untold();
  if (problems.length === 0) return filled;
  throw new ConfigError(problemText(problems), {
    details: { problems },
    ...(filler.problems.size === 0 ? { action: UNTOLD } : partition ? {} : { action: NO_PARTITION }),
  });
}

/** A text that has none is left to be read as it always was. */
function hasBraces(body: unknown): boolean {
  return typeof body === 'string' ? body.includes('{') : typeof body === 'object' && body !== null;
}

interface Placeholder {
  readonly name: string;
  readonly form: string | undefined;
}

class Filler {
  /** Each once, in the order of the params. */
  readonly problems = new Set<string>();
  readonly #texts: PartitionTexts | undefined;
  readonly #used = new Set<string>();

  /** @param texts undefined: there is no partition */
  constructor(texts: PartitionTexts | undefined) {
    this.#texts = texts;
  }

  /** A value can neither end a segment of the path nor begin the query. */
  path(param: string, text: string): string {
    const filled = this.#fill(param, text, (value) => encodeURIComponent(value));
    if (dotSegments(filled) > dotSegments(text)) {
      this.problems.add(`param "${param}" becomes a path with a segment "." or ".." in it`);
    }
    return filled;
  }

  pairs(param: string, pairs: Pairs): Pairs {
    return pairs.map(({ key, value }) => ({ key, value: this.deep(param, value) }));
  }

  /** Every text inside a value, but no name. */
  deep(param: string, value: unknown): unknown {
    if (typeof value === 'string') return this.#number(value) ?? this.#fill(param, value, String);
    if (Array.isArray(value)) return value.map((each) => this.deep(param, each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.deep(param, each)]));
  }

  /** A dimension that no placeholder tells apart would give the same rows to all of its partitions. */
  untold(): string[] {
    return (this.#texts?.untold(this.#used) ?? []).map(
      (name) =>
        `endpoint, query, headers and body have no {${name}}, so that nothing asks by dimension "${name}"`,
    );
  }

  #fill(param: string, text: string, write: (value: string) => string): string {
    return text.replace(BRACES, (whole, escaped: string | undefined, inside: string | undefined) => {
      const found = this.#placeholder(inside ?? escaped?.slice(1, -1) ?? '');
      if (!found) return whole;
      if (escaped !== undefined) return escaped;
      const result = this.#valueOf(found);
      if ('value' in result) return write(String(result.value));
      this.problems.add(`param "${param}" has ${result.problem}`);
      return whole;
    });
  }

  /** A text that is one placeholder, of a number, is that number: in JSON it matters. */
  #number(text: string): number | undefined {
    const inside = /^\{([^{}]+)\}$/.exec(text)?.[1];
    const found = inside === undefined ? undefined : this.#placeholder(inside);
    const result = found && this.#valueOf(found);
    return result && 'value' in result && typeof result.value === 'number' ? result.value : undefined;
  }

  /** Undefined: these braces are no placeholder. */
  #placeholder(inside: string): Placeholder | undefined {
    const [, name, form] = PLACEHOLDER.exec(inside) ?? [];
    if (name === undefined) return undefined;
    const names: ReadonlySet<string> = this.#texts?.names ?? new Set(PARTITION_NAMES);
    // A hyphen is the way in which most names are misspelt; sent as it is, the API refuses every partition.
    const isLike = NAME.test(name) || names.has(name.replaceAll('-', '_'));
    const isMeant = names.has(name) || (this.#texts !== undefined && isLike);
    return isMeant ? { name, form } : undefined;
  }

  #valueOf({ name, form }: Placeholder): PlaceholderValue {
    const written = writtenAs({ name, form });
    if (!this.#texts) return { problem: `${written}, which needs a partition` };
    if (this.#texts.names.has(name)) {
      const result = this.#texts.valueOf(name, form);
      if ('problem' in result) return { problem: `${written}: ${result.problem}` };
      this.#used.add(name);
      return result;
    }
    const known = [...this.#texts.names].map((each) => `{${each}}`).join(', ');
    return {
      problem: `${written}, which is no placeholder: there are ${known}; {${written}} sends the braces as they are`,
    };
  }
}

function writtenAs({ name, form }: Placeholder): string {
  return `{${name}${form === undefined ? '' : `:${form}`}}`;
}

function dotSegments(endpoint: string): number {
  const [path = ''] = endpoint.split('?');
  return path.split('/').filter((segment) => DOT_SEGMENT.test(segment)).length;
}
