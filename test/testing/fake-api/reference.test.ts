import { describe, expect, it } from '@jest/globals';
import { readPages } from '../../../docs/examples/fake-api.js';
import { FAULT_KEYS } from '../../../src/testing/fake-api/check-faults.js';
import { API_KEYS, AUTH_KEYS, ROUTE_KEYS } from '../../../src/testing/fake-api/check-options.js';
import { PAGING_KEYS } from '../../../src/testing/fake-api/check-paging.js';
import { codeBlocks, codeSpans, readDoc, section, tableRows } from '../../docs/markdown.js';

const PAGE = readDoc('docs/reference/fake-api.md');

/** The names in the first cells of a heading's first table. */
function named(heading: string): (string | undefined)[] {
  return tableRows(section(PAGE, heading)).map(([cell = '']) => codeSpans(cell)[0]);
}

describe('docs/reference/fake-api.md', () => {
  it('shows an example that runs', async () => {
    for (const { file, text } of codeBlocks(PAGE)) expect(text).toBe(readDoc(file as string));
    await readPages();
  });

  it('has every option of the server and of a route, and no other', () => {
    expect(named('The server').sort()).toEqual(Object.keys(API_KEYS).sort());
    expect(named('Routes').sort()).toEqual(Object.keys(ROUTE_KEYS).sort());
  });

  it('has every fault with its options, and no other', () => {
    expect(named('Faults').sort()).toEqual(Object.keys(FAULT_KEYS).sort());
    for (const [name = '', , options = ''] of tableRows(section(PAGE, 'Faults'))) {
      const keys = Object.keys(FAULT_KEYS[codeSpans(name)[0] as keyof typeof FAULT_KEYS]);
      expect(codeSpans(options).sort()).toEqual(
        keys.filter((key) => key !== 'fault' && key !== 'times').sort(),
      );
    }
  });

  it('has every way of paging with its own options', () => {
    const shared = ['type', 'size', 'sizeParam', 'maxSize', 'in', 'shortPages', 'ignoresPaging'];
    expect(named('Paging')).toEqual(Object.keys(PAGING_KEYS));
    for (const [type = '', , options = ''] of tableRows(section(PAGE, 'Paging'))) {
      const keys = Object.keys(PAGING_KEYS[codeSpans(type)[0] as keyof typeof PAGING_KEYS]);
      expect(codeSpans(options).sort()).toEqual(keys.filter((key) => !shared.includes(key)).sort());
    }
    const all = new Set(codeSpans(section(PAGE, 'Paging')));
    expect(shared.filter((key) => !all.has(key))).toEqual([]);
  });

  it('has every auth style with its options', () => {
    expect(named('Auth')).toEqual(Object.keys(AUTH_KEYS));
    const text = section(PAGE, 'Auth');
    for (const key of new Set(Object.values(AUTH_KEYS).flatMap((keys) => Object.keys(keys)))) {
      expect(text).toMatch(new RegExp(`\`${key}\\b`));
    }
  });
});
