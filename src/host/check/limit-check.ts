import { ConnectorError } from '../../sdk/errors.js';
import { failed, ok, skipped, warning, type Check } from './check.js';
import { counted } from './wording.js';

/** Rows that the connector is asked for. */
const LIMIT = 3;

/** The connector gives as many rows as it is asked for, and fetches no more. */
export const limitCheck: Check = {
  name: 'limit',
  looksAt: 'rows',
  // Rows that do not fit the schema would end this read too.
  needs: ['schema'],
  async run(subject) {
    const { recording, error } = await subject.reading();
    const available = recording.rows.length;
    if (available <= LIMIT) return skipped(`${counted(available, 'row')} came, too few to tell`);
    const { reading } = await subject.read({ recordsLimit: LIMIT });
    if (reading.error && reading.error.code === error?.code) return skipped('the read ended early');
    if (reading.error) return failed(reading.error);
    const given = reading.recording.rows.length;
    const seen = `asked for ${LIMIT} rows, it yielded ${given}`;
    if (given < LIMIT) {
      return failed(
        new ConnectorError(`${seen}, though there are ${available} at least`, {
          action: 'Count the rows that are yielded, and end only when there are recordsLimit of them.',
        }),
      );
    }
    if (given === LIMIT) return ok(seen);
    return warning(
      `${seen}: the host cuts them, but ${counted(given - LIMIT, 'row')} of the source's work ${given - LIMIT === 1 ? 'is' : 'are'} for nothing`,
      'Ask the API for no more than recordsLimit rows: every preview and every --limit reads so.',
    );
  },
};
