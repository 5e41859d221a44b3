import { describe, expect, it } from '@jest/globals';
import { didYouMean, suggest } from '../../src/host/suggest.js';

describe('suggest', () => {
  it.each([
    ['page_sise', 'page_size'],
    ['pagesize', 'page_size'],
    ['PAGE_SIZE', 'page_size'],
    ['colums', 'columns'],
    ['x', undefined],
    ['', undefined],
    ['something_else', undefined],
  ])('%s means %s', (name, expected) => {
    expect(suggest(name, ['page_size', 'columns', 'y'])).toBe(expected);
  });

  it('makes words to be put after an unknown name', () => {
    expect(didYouMean('colums', ['columns'])).toBe(' (did you mean "columns"?)');
    expect(didYouMean('colums', [])).toBe('');
  });
});
