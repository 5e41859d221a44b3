import { describe, expect, it } from '@jest/globals';
import {
  AbortError,
  AuthError,
  ConfigError,
  ConnectorError,
  ERROR_CODES,
  RowError,
  TargetError,
  TransientError,
  type ErrorClassName,
} from 'connector-host';
import { headings, readDoc, section, tableRows } from './markdown.js';

const PAGE = readDoc('docs/reference/errors.md');
const EXIT_CODES: Readonly<Record<ErrorClassName, string>> = {
  ConfigError: String(new ConfigError('').exitCode),
  ConnectorError: String(new ConnectorError('').exitCode),
  AuthError: String(new AuthError('').exitCode),
  RowError: String(new RowError('').exitCode),
  TargetError: String(new TargetError('').exitCode),
  TransientError: String(new TransientError('').exitCode),
  AbortError: `${new AbortError('SIGINT').exitCode}, ${new AbortError('SIGTERM').exitCode} or ${new AbortError('output-closed').exitCode}`,
};

describe('docs/reference/errors.md', () => {
  it('has a heading for every code, and no other', () => {
    expect(headings(PAGE).filter((heading) => /^[A-Z_]+$/.test(heading))).toEqual(Object.keys(ERROR_CODES));
  });

  it.each(Object.entries(ERROR_CODES))('%s has its class, exit code, summary and action', (code, entry) => {
    const text = section(PAGE, code)
      .replaceAll(/\\([<>*_])/g, '$1')
      .replaceAll(/\s+/g, ' ')
      .trim();
    const { class: className, summary, action } = entry;
    expect(text).toBe(
      `${className}, exit code ${EXIT_CODES[className]}. ${summary} **What to do:** ${action}`,
    );
  });

  it('says the exit code of every class', () => {
    const codes = tableRows(section(PAGE, 'Classes')).map(([name, , , code]) => [
      name,
      code?.match(/\d+/g)?.map(Number),
    ]);
    expect(codes).toEqual(
      Object.entries(EXIT_CODES).map(([name, code]) => [name, code.match(/\d+/g)?.map(Number)]),
    );
  });
});
