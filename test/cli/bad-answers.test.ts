import { describe, it } from '@jest/globals';
import { NO_ROWS } from './bad-api/answers.js';
import { BadApiRuns } from './bad-api/bad-api-runs.js';

describe('an API that answers with something else than rows', () => {
  const runs = new BadApiRuns(NO_ROWS);

  it.each(NO_ROWS)('$name', (bad) => runs.expectFailure(bad));
});
