import { expect, it } from '@jest/globals';
import { redactingLogger } from '../../src/host/redacting-logger.js';
import { Redactor } from '../../src/host/redactor.js';

it('shows what is no text, without secrets', () => {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const redactor = new Redactor();
  redactor.addSecret('hunter2secret');
  const logger = redactingLogger({ debug: write, info: write, warn: write, error: write }, redactor);
  for (const value of [new Error('hunter2secret is wrong'), { a: 'hunter2secret' }, 7, undefined]) {
    logger.info(value as unknown as string);
  }
  expect(lines[0]).toMatch(/^Error: \*\*\* is wrong\n {4}at /);
  expect(lines.slice(1)).toEqual(["{ a: '***' }", '7', 'undefined']);
});
