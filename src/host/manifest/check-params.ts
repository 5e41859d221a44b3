import type { ParamDefinition } from '../../sdk/manifest.js';
import { parseExpression } from '../config/parse-expression.js';
import { hasCondition } from '../config/visibility.js';

/** Characters of a visibilityCondition at most: a longer one would take the parser too deep. */
const MAX_CONDITION_LENGTH = 2000;

/**
 * The problems of a list of params that no JSON Schema can say: conditions that do not parse or are too long, and names declared
 * twice. One name may stand several times when each has a visibilityCondition: they share one value.
 */
export function checkParams(params: readonly ParamDefinition[]): string[] {
  const problems: string[] = [];
  const firstByName = new Map<string, number>();
  params.forEach((param, index) => {
    const { visibilityCondition: condition } = param;
    if (typeof condition === 'string' && condition.length > MAX_CONDITION_LENGTH) {
      problems.push(
        `params[${index}].visibilityCondition must have at most ${MAX_CONDITION_LENGTH} characters (got ${condition.length})`,
      );
    } else if (typeof condition === 'string' && hasCondition(param)) {
      const parsed = parseExpression(condition);
      if ('problem' in parsed) {
        problems.push(
          `params[${index}].visibilityCondition ${parsed.problem} (got ${JSON.stringify(condition)})`,
        );
      }
    }
    if (param.type === 'SEPARATOR' || param.name === undefined) return;
    const first = firstByName.get(param.name);
    if (first === undefined) {
      firstByName.set(param.name, index);
    } else if (!hasCondition(param) || !hasCondition(params[first] ?? param)) {
      problems.push(
        `params[${index}].name ${JSON.stringify(param.name)} is declared twice (first in params[${first}]); ` +
          'that is allowed only where each has a visibilityCondition',
      );
    }
  });
  return problems;
}
