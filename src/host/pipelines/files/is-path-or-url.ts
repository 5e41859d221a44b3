const URL = /^[a-z][a-z\d+.-]*:\/\//i;
const PATH = /[/\\]|\.(?:csv|jsonl|ndjson|parquet|duckdb)$/i;

/** Whether a text names a file or database by its address, and so is no name of a connector or pipeline. */
export function isPathOrUrl(text: string): boolean {
  return isUrl(text) || PATH.test(text);
}

/** Whether a text has a scheme, as in `postgres://host/database`. */
export function isUrl(text: string): boolean {
  return URL.test(text);
}
