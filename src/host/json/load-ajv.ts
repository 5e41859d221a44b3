import type { Ajv } from 'ajv';

let shared: Promise<Ajv> | undefined;

/**
 * The one ajv of the process. It reports every problem, not the first, and keeps the value with each. The host's own
 * schemas are held against the meta-schema by a test instead of at every start, which saves a third of the time.
 */
export function loadAjv(): Promise<Ajv> {
  shared ??= createAjv();
  return shared;
}

async function createAjv(): Promise<Ajv> {
  const { Ajv } = await import('ajv');
  return new Ajv({
    allErrors: true,
    strict: false,
    verbose: true,
    ownProperties: true,
    meta: false,
    validateSchema: false,
    // A param list is compiled once and dropped; a cache by schema would only grow.
    addUsedSchema: false,
  });
}
