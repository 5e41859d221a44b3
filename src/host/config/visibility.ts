import type { ParamDefinition } from '../../sdk/manifest.js';
import { evaluateExpression } from './evaluate-expression.js';
import { parseExpression } from './parse-expression.js';

/** True where the param may be hidden: its condition is an expression, or the plain `false`. */
export function hasCondition(param: ParamDefinition): boolean {
  const { visibilityCondition: condition } = param;
  return typeof condition === 'string' ? condition.trim() !== '' : typeof condition === 'boolean';
}

/**
 * Whether a param is shown, given the values of all params. A param without a condition is, and so is one whose
 * condition does not parse: validateManifest has named that already.
 */
export function isVisible(param: ParamDefinition, model: object): boolean {
  const { visibilityCondition: condition } = param;
  if (typeof condition === 'boolean') return condition;
  if (typeof condition !== 'string' || !hasCondition(param)) return true;
  const parsed = parseExpression(condition);
  return 'problem' in parsed || Boolean(evaluateExpression(parsed.expression, model));
}
