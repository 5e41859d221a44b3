import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluateExpression } from '../../../src/host/config/evaluate-expression.js';
import { parseExpression } from '../../../src/host/config/parse-expression.js';
import { hasCondition, isVisible } from '../../../src/host/config/visibility.js';

const MODEL = {
  a: 'x',
  n: 10,
  list: ['one', 'two'],
  on: true,
  off: false,
  none: null,
  deep: { b: [{ c: 1 }] },
};

function evaluate(text: string): unknown {
  const parsed = parseExpression(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return evaluateExpression(parsed.expression, MODEL);
}

describe('conditions', () => {
  it.each<[string, unknown]>([
    ["model.a == 'x'", true],
    ["model['a'] === 'x'", true],
    ["model.a != 'x'", false],
    ["model.a !== 'y' && model.on", true],
    ["model.n == '10'", true],
    ["model.n === '10'", false],
    ['model.missing == null', true],
    ['model.missing === undefined', true],
    ['model.none === undefined', false],
    ['model.missing.further.still', undefined],
    ['model.missing.indexOf("x") >= 0', false],
    ['model.none?.length > 0', false],
    ['!model.off', true],
    ['!model.missing', true],
    ['model.list.length > 0', true],
    ['model.list.length', 2],
    ['model.a.length', 1],
    ["model.list.indexOf('two') >= 0", true],
    ["model.list.includes('three')", false],
    ["['x', 'y'].includes(model.a)", true],
    ["['x', 'y'].indexOf(model.missing) == -1", true],
    ["model.a.startsWith('x') && !model.a.endsWith('y')", true],
    ['model.list[1]', 'two'],
    ['model.deep.b[0].c', 1],
    ['model.off || model.n > 9 && model.n <= 10', true],
    ['(model.off || model.n) > 9', true],
    ["model.on ? 'yes' : 'no'", 'yes'],
    ['model.n + 1 - 2', 9],
    ["model.a + 1 + '-'", 'x1-'],
    ['-model.n < +1', true],
    ['model.missing ?? 5', 5],
    ["model.n >= 'abc'", false],
    ["'b' > 'a'", true],
    ['model.list == model.list', true],
    ["model.list == 'one,two'", false],
    ['true', true],
  ])('%s is %j', (text, expected) => {
    expect(evaluate(text)).toBe(expected);
  });

  it.each([
    'model.constructor',
    "model['__proto__']",
    'model.a.constructor',
    'model.list.constructor.constructor',
    'model.toString',
    'model.list.map',
    'model[model.list]',
  ])('%s is undefined: only own properties are seen', (text) => {
    expect(evaluate(text)).toBeUndefined();
  });

  it.each([
    ['model.a ==', 'is not an expression: Expected expression after == at character 10'],
    ['model.a = 1', 'is not an expression: Unexpected "=" at character 8'],
    ['model.a model.b', 'is not an expression over model: it must be one expression'],
    ['process.exit()', 'is not an expression over model: unknown method exit()'],
    ['process.env', 'is not an expression over model: unknown name "process"'],
    ['this.a', 'is not an expression over model: a part that is not known'],
    ['alert(1)', 'is not an expression over model: a call of something that is no method'],
    ["model['a']['indexOf'](1)", 'is not an expression over model: a call of something that is no method'],
    ['model.a.replace("a", "b")', 'is not an expression over model: unknown method replace()'],
    ['model.n * 2', 'is not an expression over model: unknown operator *'],
    ['~model.n', 'is not an expression over model: unknown operator ~'],
    ['[1,,2]', 'is not an expression over model: a list with a hole'],
  ])('%s is refused', (text, problem) => {
    expect(parseExpression(text)).toEqual({ problem });
  });

  it('evaluates what parses without ever throwing', () => {
    const leaf = fc.constantFrom(
      'model',
      'model.a',
      'model.list',
      'model.deep',
      'null',
      'undefined',
      "'x'",
      '1',
      '[1]',
    );
    const expression = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc
          .tuple(
            tie('node'),
            fc.constantFrom('==', '===', '<', '>=', '&&', '||', '??', '+', '-'),
            tie('node'),
          )
          .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
        fc.tuple(tie('node'), tie('node')).map(([owner, key]) => `(${owner})[${key}]`),
        fc
          .tuple(tie('node'), fc.constantFrom('indexOf', 'includes', 'startsWith'), tie('node'))
          .map(([owner, method, argument]) => `(${owner}).${method}(${argument})`),
        tie('node').map((node) => `!(${node})`),
      ),
    })).node;
    fc.assert(
      fc.property(expression, (text) => {
        evaluate(text);
      }),
    );
  });
});

describe('isVisible', () => {
  it.each<[string | boolean | undefined, boolean, boolean]>([
    [undefined, true, false],
    [false, false, true],
    [true, true, true],
    ['', true, false],
    ["model.a == 'x'", true, true],
    ["model.a == 'y'", false, true],
    ['model.missing', false, true],
    ['model.a ==', true, true],
  ])('%j: visible %s', (condition, visible, conditional) => {
    const param = {
      name: 'p',
      type: 'INT',
      ...(condition === undefined ? {} : { visibilityCondition: condition }),
    };
    expect(isVisible(param, MODEL)).toBe(visible);
    expect(hasCondition(param)).toBe(conditional);
  });
});
