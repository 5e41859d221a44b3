import type jsep from 'jsep';
import type { BINARY_OPERATORS, METHODS, SafeExpression } from './parse-expression.js';

/**
 * The value of an expression over `model`. Null-safe: a member of what is not there is undefined, so is a call on it.
 * Only own properties are seen, so `model.constructor` is undefined. Never throws.
 */
export function evaluateExpression(expression: SafeExpression, model: object): unknown {
  const evaluate = (node: jsep.Expression): unknown => {
    const part = node as SafeExpression;
    switch (part.type) {
      case 'Literal':
        return part.value;
      case 'Identifier':
        return part.name === 'model' ? model : undefined;
      case 'MemberExpression':
        return member(
          evaluate(part.object),
          part.computed ? evaluate(part.property) : (part.property as jsep.Identifier).name,
        );
      case 'ArrayExpression':
        return part.elements.map((element) => (element === null ? undefined : evaluate(element)));
      case 'UnaryExpression':
        return unary(part.operator, evaluate(part.argument));
      case 'BinaryExpression':
        return binary(part.operator as BinaryOperator, evaluate(part.left), () => evaluate(part.right));
      case 'ConditionalExpression':
        return evaluate(part.test) ? evaluate(part.consequent) : evaluate(part.alternate);
      case 'CallExpression': {
        const callee = part.callee as jsep.MemberExpression;
        const name = (callee.property as jsep.Identifier).name as Method;
        const [argument] = part.arguments;
        return call(evaluate(callee.object), name, argument === undefined ? undefined : evaluate(argument));
      }
      default:
        // The parser lets nothing else through.
        return undefined;
    }
  };
  return evaluate(expression);
}

type BinaryOperator = (typeof BINARY_OPERATORS)[number];
type Method = (typeof METHODS)[number];

function member(owner: unknown, key: unknown): unknown {
  if (owner === null || owner === undefined || (typeof key !== 'string' && typeof key !== 'number'))
    return undefined;
  return Object.hasOwn(owner, key) ? (owner as Record<string | number, unknown>)[key] : undefined;
}

function unary(operator: string, value: unknown): unknown {
  if (operator === '!') return !value;
  return operator === '-' ? -numberOf(value) : numberOf(value);
}

function binary(operator: BinaryOperator, left: unknown, right: () => unknown): unknown {
  if (operator === '&&') return left && right();
  if (operator === '||') return left || right();
  if (operator === '??') return left ?? right();
  const other = right();
  switch (operator) {
    case '==':
      return looselyEqual(left, other);
    case '!=':
      return !looselyEqual(left, other);
    case '===':
      return left === other;
    case '!==':
      return left !== other;
    case '+':
      return typeof left === 'string' || typeof other === 'string'
        ? `${textOfScalar(left)}${textOfScalar(other)}`
        : numberOf(left) + numberOf(other);
    case '-':
      return numberOf(left) - numberOf(other);
    default:
      return compare(operator, left, other);
  }
}

function compare(operator: '<' | '>' | '<=' | '>=', left: unknown, right: unknown): boolean {
  const areTexts = typeof left === 'string' && typeof right === 'string';
  const [a, b] = areTexts ? [left, right] : [numberOf(left), numberOf(right)];
  if (operator === '<') return a < b;
  if (operator === '>') return a > b;
  return operator === '<=' ? a <= b : a >= b;
}

/** JavaScript's == between plain values; lists and objects are never turned into text for it. */
function looselyEqual(left: unknown, right: unknown): boolean {
  if (isObject(left) || isObject(right)) return left === right;
  // Conditions are written for it: '10' == 10, null == undefined.
  return left == right;
}

function call(owner: unknown, method: Method, argument: unknown): unknown {
  if (Array.isArray(owner)) {
    if (method === 'indexOf') return owner.indexOf(argument);
    return method === 'includes' ? owner.includes(argument) : undefined;
  }
  if (typeof owner !== 'string' || isObject(argument)) return undefined;
  const part = String(argument);
  return owner[method](part);
}

function numberOf(value: unknown): number {
  return isObject(value) ? Number.NaN : Number(value);
}

function textOfScalar(value: unknown): string {
  return isObject(value) ? '' : String(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
