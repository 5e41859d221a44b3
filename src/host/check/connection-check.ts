import { failed, ok, skipped, type Check } from './check.js';
import { failedCheck } from './reading.js';
import { seconds } from './wording.js';

/** The source answers. */
export const connectionCheck: Check = {
  name: 'connection',
  looksAt: 'source',
  needs: ['config', 'partition'],
  async run(subject) {
    const reading = await subject.reading();
    const { firstAfter, emissions } = reading.recording;
    const check = failedCheck(reading);
    if (reading.error && check === 'connection') return failed(reading.error);
    if (firstAfter === undefined)
      return skipped(`the read ended before the first row: "${check ?? ''}" failed`);
    const what = emissions === 0 ? 'the source answered, without rows,' : 'the first rows came';
    return ok(`${what} after ${seconds(firstAfter)}`);
  },
};
