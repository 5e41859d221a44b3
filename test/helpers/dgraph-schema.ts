/** Types of the graph that the server has. */
export type NodeType = 'Product' | 'Category' | 'Attribute' | 'Review' | 'User';

/** How a field leads to other nodes. */
export interface Relation {
  readonly type: NodeType;
  readonly isList: boolean;
}

/** Scalar fields by type, besides `id: ID!`. */
const SCALARS: Readonly<Record<NodeType, Readonly<Record<string, string>>>> = {
  Product: {
    sku: 'String',
    name: 'String',
    description: 'String',
    price: 'Float',
    inStock: 'Boolean',
    createdAt: 'DateTime',
    updatedAt: 'DateTime',
  },
  Category: { name: 'String', description: 'String', createdAt: 'DateTime', updatedAt: 'DateTime' },
  Attribute: {
    name: 'String',
    value: 'String',
    unit: 'String',
    createdAt: 'DateTime',
    updatedAt: 'DateTime',
  },
  Review: { rating: 'Int', comment: 'String', createdAt: 'DateTime' },
  User: { username: 'String' },
};

/** Fields that lead to other nodes, by type. */
export const RELATIONS: Readonly<Record<NodeType, Readonly<Record<string, Relation>>>> = {
  Product: {
    category: { type: 'Category', isList: false },
    attributes: { type: 'Attribute', isList: true },
    relatedProducts: { type: 'Product', isList: true },
  },
  Category: { parent: { type: 'Category', isList: false } },
  Attribute: {},
  Review: { product: { type: 'Product', isList: false }, author: { type: 'User', isList: false } },
  User: {},
};

export const NODE_TYPES = Object.keys(SCALARS) as readonly NodeType[];

/** The schema as an owner of the database would give it, with what a reader of schemas may stumble over. */
export const INPUT_SCHEMA = `# The catalogue. type Ghost { no: Int }
${NODE_TYPES.map(inputType).join('\n')}
enum Colour { red green }
"""
Not data: { }
"""
type Query {
  cheapest(limit: Int = 10): [Product] @custom(http: { url: "http://localhost/{limit}", method: GET })
}
`;

/** What Dgraph makes of it, as far as queries go. */
export const GRAPHQL_SCHEMA = `
scalar DateTime
input DateTimeRange { min: DateTime! max: DateTime! }
input DateTimeFilter { eq: DateTime le: DateTime lt: DateTime ge: DateTime gt: DateTime between: DateTimeRange }
${NODE_TYPES.map(generatedTypes).join('\n')}
type Query { ${NODE_TYPES.map((type) => `get${type}(id: ID!): ${type} query${type}${argumentsFor(type)}: [${type}]`).join(' ')} }
`;

/** The part of the admin schema that tells of schema and health. */
export const ADMIN_SCHEMA = `
type GQLSchema { id: ID! schema: String! generatedSchema: String! }
type NodeState { instance: String address: String status: String version: String }
type Query { getGQLSchema: GQLSchema health: [NodeState] }
`;

function inputType(type: NodeType): string {
  const scalars = Object.entries(SCALARS[type]).map(
    ([name, scalar]) => `  ${name}: ${scalar}${scalar === 'DateTime' ? ' @search(by: [hour])' : ''}`,
  );
  return [
    `"""\nA ${type.toLowerCase()}. "Quoted": yes {\n"""`,
    `type ${type} @auth(query: { rule: "{ $role: { eq: \\"reader\\" } }" }) {`,
    '  id: ID!',
    ...scalars,
    ...relationsOf(type).map(([name, target]) => `  ${name}: ${target} # one: or many`),
    '}',
  ].join('\n');
}

function generatedTypes(type: NodeType): string {
  const scalars = Object.entries(SCALARS[type]).map(([name, scalar]) => `${name}: ${scalar}`);
  const relations = Object.entries(RELATIONS[type]).map(([name, { type: target, isList }]) =>
    isList ? `${name}${argumentsFor(target)}: [${target}]` : `${name}(filter: ${target}Filter): ${target}`,
  );
  const orderable = Object.entries(SCALARS[type]).filter(([, scalar]) => scalar !== 'Boolean');
  const times = Object.entries(SCALARS[type]).filter(([, scalar]) => scalar === 'DateTime');
  return `
type ${type} { id: ID! ${[...scalars, ...relations].join(' ')} }
enum ${type}HasFilter { ${[...Object.keys(SCALARS[type]), ...Object.keys(RELATIONS[type])].join(' ')} }
enum ${type}Orderable { ${orderable.map(([name]) => name).join(' ')} }
input ${type}Order { asc: ${type}Orderable desc: ${type}Orderable then: ${type}Order }
input ${type}Filter {
  id: [ID!] ${times.map(([name]) => `${name}: DateTimeFilter`).join(' ')}
  has: [${type}HasFilter] and: [${type}Filter] or: [${type}Filter] not: ${type}Filter
}`;
}

function argumentsFor(type: NodeType): string {
  return `(filter: ${type}Filter, order: ${type}Order, first: Int, offset: Int)`;
}

function relationsOf(type: NodeType): [string, string][] {
  return Object.entries(RELATIONS[type]).map(([name, { type: target, isList }]) => [
    name,
    isList ? `[${target}]` : target,
  ]);
}
