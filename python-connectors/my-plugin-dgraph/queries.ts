import type { GraphqlRequest } from './graphql-client.js';
import type { NodeTable } from './tables.js';

/** The schema that the database was given; null in the answer where it has none. */
export const SCHEMA_REQUEST: GraphqlRequest = {
  endpoint: '/admin',
  query: 'query { getGQLSchema { schema } }',
  field: 'getGQLSchema',
};

/** Which nodes of a page are asked for. */
export interface PagePlace {
  readonly first: number;
  readonly offset: number;
}

/**
 * Asks for nodes in the order of the cursor field. Nodes without one come last where there is no `since`, and not at all
 * where there is.
 */
export function orderedRequest(
  table: NodeTable,
  { first, offset }: PagePlace,
  since: string | undefined,
): GraphqlRequest {
  const { type, cursorField } = table;
  return request(table, {
    declared: `$filter: ${type}Filter`,
    given: `filter: $filter, order: { asc: ${cursorField} }`,
    // A variable that is left out counts as an argument that is.
    variables: {
      first,
      offset,
      ...(since === undefined ? {} : { filter: { [cursorField]: { ge: since } } }),
    },
  });
}

/** Asks for the nodes whose cursor field has no value. */
export function undatedRequest(table: NodeTable, { first, offset }: PagePlace): GraphqlRequest {
  return request(table, {
    declared: '',
    given: `filter: { not: { has: ${table.cursorField} } }`,
    variables: { first, offset },
  });
}

interface Parts {
  readonly declared: string;
  readonly given: string;
  readonly variables: GraphqlRequest['variables'];
}

function request({ type, cursorField, selection }: NodeTable, parts: Parts): GraphqlRequest {
  const field = `query${type}`;
  const times = cursorField === 'createdAt' ? 'createdAt' : `createdAt ${cursorField}`;
  const { declared, given, variables = {} } = parts;
  const query = `query ($first: Int, $offset: Int${declared === '' ? '' : `, ${declared}`}) {
  ${field}(${given}, first: $first, offset: $offset) { id ${selection} ${times} }
}`;
  return { endpoint: '/graphql', query, variables, field };
}
