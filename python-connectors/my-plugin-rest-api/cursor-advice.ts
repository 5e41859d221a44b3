import type { CursorProblem } from 'connector-host';
import type { RestApiConfig } from './rest-api-config.js';

/** What to do about a problem of the cursor, in the names of connector.json. */
export function adviseCursor(config: RestApiConfig): (problem: CursorProblem) => string {
  const looksBack = (config.look_back_seconds ?? 0) > 0;
  return (problem) => {
    switch (problem) {
      case 'no-value':
        return 'Correct incremental_field: it must have a value in every row.';
      case 'wrong-type':
        return 'Correct incremental_field, or set incremental_type: epoch_seconds or epoch_milliseconds for numbers that are moments, text for ids whose order is that of their text.';
      case 'no-time':
        return 'Set incremental_type to epoch_seconds or epoch_milliseconds, or leave look_back_seconds and incremental_format out.';
      case 'start':
        return 'Give incremental_start in the form that the rows have, or in ISO 8601 where they are moments.';
      case 'state':
        return 'Read everything again with --full-refresh.';
      case 'order':
        return 'Set incremental_order to unknown and run once with --full-refresh, as rows may have been left out; or make the API sort by incremental_field.';
      case 'too-many':
        return looksBack
          ? 'Set primary_key, or lower look_back_seconds.'
          : 'Set primary_key, or an incremental_field that fewer rows share a value of.';
      case 'filter-ignored':
        return 'The API seems to ignore incremental_param: correct its name, or incremental_format.';
      case 'filter-open':
        return 'If the API leaves out rows that equal the value of incremental_param, set look_back_seconds to 1; else such rows were removed.';
    }
  };
}
