import { AbortError, ConnectorError } from '../../sdk/errors.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { within } from '../../targets/within.js';
import { toHostError } from '../http/http-error.js';
import { failed, ok, skipped, warning, type Check } from './check.js';
import { seconds } from './wording.js';

/** Longest time from the signal to the end of the generator, in milliseconds. */
const STOP_WITHIN_MS = 1000;

/** A read that is stopped ends soon, and its `finally` runs. */
export const stopCheck: Check = {
  name: 'stop',
  looksAt: 'rows',
  needs: ['config', 'partition'],
  async run(subject) {
    const first = await subject.reading();
    const stop = new AbortController();
    let stoppedAt: number | undefined;
    const { reading, watched } = await subject.read({
      signal: stop.signal,
      onReadOn: () => {
        stoppedAt = performance.now();
        stop.abort(new AbortError('SIGINT'));
      },
    });
    if (stoppedAt === undefined) {
      const isNews = reading.error !== undefined && first.error === undefined;
      return isNews ? failed(reading.error) : skipped('the read ended before it could be stopped');
    }
    let endedAt: number | undefined;
    await within(
      Math.max(0, stoppedAt + STOP_WITHIN_MS - performance.now()),
      watched.ended.then((time) => (endedAt = time)),
    );
    if (endedAt === undefined || endedAt - stoppedAt > STOP_WITHIN_MS) return failed(tooLate());
    const failure = reading.recording.closeFailure ?? first.recording.closeFailure;
    if (failure !== undefined) {
      const { message } = explainFailure(failure, toHostError, 'the generator failed when it was closed');
      return warning(message, 'Correct the finally of generateRows: it runs whenever a read ends early.');
    }
    return ok(`the generator ended ${seconds(endedAt - stoppedAt)} after it was stopped`);
  },
};

function tooLate(): ConnectorError {
  return new ConnectorError(`the generator had not ended ${STOP_WITHIN_MS / 1000} s after it was stopped`, {
    action:
      'Give the signal of the request to whatever generateRows waits for; context.http obeys it by itself.',
  });
}
