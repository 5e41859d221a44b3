import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import { failed, ok, skipped, type Check } from './check.js';
import { failedCheck } from './reading.js';
import { counted } from './wording.js';

/** No page is one that came before. */
export const pagesCheck: Check = {
  name: 'pages',
  looksAt: 'rows',
  needs: ['config'],
  async run(subject) {
    const reading = await subject.reading();
    const { pages } = reading.recording;
    const check = failedCheck(reading);
    if (reading.error && check === 'pages') return failed(reading.error);
    const [first, second] = pages;
    if (!first) return skipped('rows come one by one, not in pages');
    if (!second)
      return skipped(check ? `the read ended early: "${check}" failed` : 'all rows came in one page');
    const repeated = firstRepeat(pages);
    if (repeated) return failed(repeatError(...repeated));
    const rest = pages.length > 2 ? `; none of ${pages.length} pages came twice` : '';
    return ok(
      `page 2 (${counted(second.length, 'row')}) differs from page 1 (${counted(first.length, 'row')})${rest}`,
    );
  },
};

/** The numbers of the first page that came again and of its repetition. */
function firstRepeat(pages: readonly (readonly Row[])[]): [earlier: number, later: number] | undefined {
  for (const [index, page] of pages.entries()) {
    const earlier = pages.findIndex((other) => isDeepStrictEqual(other, page));
    if (earlier < index) return [earlier + 1, index + 1];
  }
  return undefined;
}

function repeatError(earlier: number, later: number): ConfigError {
  return new ConfigError(`page ${later} has the same rows as page ${earlier}`, {
    code: 'PAGING_FAILED',
    action:
      'Correct how the next page is asked for: the API seems not to know the parameter that chooses it.',
  });
}
