import { parseJson } from 'connector-host';
import type { RestApiConfig } from './rest-api-config.js';

/** The body of each request; undefined: it has none. What is wrong is added to `problems`. */
export function readBody(
  { body, method }: RestApiConfig,
  problems: string[],
): Record<string, unknown> | undefined {
  if (body === undefined || body === null || body === '') return method === 'POST' ? {} : undefined;
  const value = bodyValue(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  problems.push('param "body" must be a JSON object');
  return undefined;
}

/** What the param is, or what its text says; undefined where that is not JSON: what the parser says would quote it. */
export function bodyValue(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return parseJson(body);
  } catch {
    return undefined;
  }
}
