import jsep from 'jsep';

/** An expression that {@link parseExpression} has found to be made of known parts only. */
export type SafeExpression = jsep.CoreExpression;

/** A parsed expression, or what is wrong with the text, to be put after its name. */
export type ExpressionResult = { readonly expression: SafeExpression } | { readonly problem: string };

export const BINARY_OPERATORS = [
  '==',
  '===',
  '!=',
  '!==',
  '<',
  '>',
  '<=',
  '>=',
  '&&',
  '||',
  '??',
  '+',
  '-',
] as const;
export const METHODS = ['indexOf', 'includes', 'startsWith', 'endsWith'] as const;

/** Parses an expression over `model` and refuses everything that the evaluator does not know. Runs nothing. */
export function parseExpression(text: string): ExpressionResult {
  let expression: jsep.CoreExpression;
  try {
    expression = jsep(text) as jsep.CoreExpression;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { problem: `is not an expression: ${error.message}` };
  }
  const unknown = unknownPart(expression);
  return unknown === undefined ? { expression } : { problem: `is not an expression over model: ${unknown}` };
}

/** What the evaluator does not know in an expression, or undefined. */
function unknownPart(node: jsep.Expression | null): string | undefined {
  if (node === null) return 'a list with a hole';
  const expression = node as jsep.CoreExpression;
  switch (expression.type) {
    case 'Literal':
      return undefined;
    case 'Identifier':
      return expression.name === 'model' || expression.name === 'undefined'
        ? undefined
        : `unknown name "${expression.name}"`;
    case 'MemberExpression':
      return (
        unknownPart(expression.object) ?? (expression.computed ? unknownPart(expression.property) : undefined)
      );
    case 'ArrayExpression':
      return firstUnknown(expression.elements);
    case 'UnaryExpression':
      return ['!', '-', '+'].includes(expression.operator)
        ? unknownPart(expression.argument)
        : `unknown operator ${expression.operator}`;
    case 'BinaryExpression':
      return (BINARY_OPERATORS as readonly string[]).includes(expression.operator)
        ? firstUnknown([expression.left, expression.right])
        : `unknown operator ${expression.operator}`;
    case 'ConditionalExpression':
      return firstUnknown([expression.test, expression.consequent, expression.alternate]);
    case 'CallExpression': {
      const callee = expression.callee as jsep.CoreExpression;
      if (callee.type !== 'MemberExpression' || callee.computed)
        return 'a call of something that is no method';
      const { name } = callee.property as jsep.Identifier;
      if (!(METHODS as readonly string[]).includes(name)) return `unknown method ${name}()`;
      return firstUnknown([callee.object, ...expression.arguments]);
    }
    case 'Compound':
      return 'it must be one expression';
    default:
      return 'a part that is not known';
  }
}

function firstUnknown(nodes: readonly (jsep.Expression | null)[]): string | undefined {
  for (const node of nodes) {
    const unknown = unknownPart(node);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}
