import { describe, expect, it } from '@jest/globals';
import { writerSettings } from '../../src/sdk/writer/writer-options.js';
import { readDoc, section, tableRows } from './markdown.js';

const PAGE = readDoc('docs/reference/writer.md');
/** Options without a default. */
const FREE = ['orderKey', 'deduplicates'];

describe('docs/reference/writer.md', () => {
  it('has every option of BufferedWriter with its default', () => {
    const shown = tableRows(section(PAGE, 'Options')).map(([option = '', value = '']) => [
      option.replaceAll('`', ''),
      value,
    ]);
    const defaults = Object.entries(writerSettings({})).map(([name, value]) => [name, String(value)]);
    expect(shown.toSorted()).toEqual([...defaults, ...FREE.map((name) => [name, ''])].toSorted());
  });
});
