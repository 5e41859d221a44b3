import { ConfigError, isHostError } from '../../sdk/errors.js';
import { problemText } from '../../sdk/problem-text.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { toHostError } from '../http/http-error.js';
import { ok, warning, type Check } from './check.js';
import type { CheckSubject } from './check-subject.js';

/** The values fit the parameters, and the constructor takes them. */
export const configCheck: Check = {
  name: 'config',
  looksAt: 'folder',
  needs: ['manifest'],
  async run(subject) {
    const opened = await open(subject);
    const connector = opened.create(new AbortController().signal);
    try {
      await connector.close?.();
    } catch (error) {
      const { message } = explainFailure(error, toHostError, 'close() failed');
      return warning(
        message,
        'Correct close(): it is called for every instance, also for one that read nothing.',
      );
    }
    return ok('all values are valid, and the constructor takes them');
  },
};

/** Without what the host puts before the problems of a target's config: here it is the only one. */
async function open(subject: CheckSubject): ReturnType<CheckSubject['opened']> {
  try {
    return await subject.opened();
  } catch (error) {
    if (!isHostError(error) || !error.details.problems || error.name !== 'ConfigError') throw error;
    const { code, action, details } = error;
    throw new ConfigError(problemText(error.details.problems), { code, action, details, cause: error });
  }
}
