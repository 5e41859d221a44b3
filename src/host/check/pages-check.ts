import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import { jsonText } from '../../targets/values/json-text.js';
import { failed, ok, skipped, type Check } from './check.js';
import { failedCheck, isSync } from './reading.js';
import { counted } from './wording.js';

/** No page is one that came before. */
export const pagesCheck: Check = {
  name: 'pages',
  looksAt: 'rows',
  needs: ['config', 'partition'],
  async run(subject) {
    const reading = await subject.reading();
    const { pages } = reading.recording;
    const check = failedCheck(reading);
    if (reading.error && check === 'pages') return failed(reading.error);
    const [first, second] = pages;
    if (isSync(reading.recording)) return skipped('operations come one by one, not in pages');
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
  // Most pages differ in what is cheap to look at, so that few are compared as a whole.
  const bySample = new Map<string | undefined, number[]>();
  for (const [index, page] of pages.entries()) {
    const sample = jsonText([page.length, page[0], page.at(-1)]);
    const alike = bySample.get(sample) ?? [];
    const earlier = alike.find((other) => isDeepStrictEqual(pages[other], page));
    if (earlier !== undefined) return [earlier + 1, index + 1];
    bySample.set(sample, [...alike, index]);
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
