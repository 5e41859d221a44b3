import { ConnectorError } from '../../sdk/errors.js';
import { normaliseSchema } from '../../sync/normalise-schema.js';
import { failed, ok, skipped, warning, type Check } from './check.js';
import type { CheckSubject } from './check-subject.js';
import { failedCheck, isSync, whyNoRows } from './reading.js';
import type { Recording } from './recording.js';
import { counted, listed } from './wording.js';

/** The states that are offered are JSON, and cover every row that a next run would add again. */
export const stateCheck: Check = {
  name: 'state',
  looksAt: 'rows',
  needs: ['config', 'partition'],
  isFor: mayGoOn,
  async run(subject) {
    const reading = await subject.reading();
    const { recording, error } = reading;
    if (error && failedCheck(reading) === 'state') return failed(error);
    const { checkpoints, hasEnded } = recording;
    const loose = looseTables(recording);
    if (checkpoints === 0) {
      const seen = `no state was offered in ${counted(recording.rows.length, 'row')}`;
      if (!hasEnded) return skipped(`${seen}, and the read was cut there`);
      if (loose.length === 0) return ok(`${seen}: each run reads everything`);
      return warning(
        `${seen}: each run reads everything, and adds the rows of tables without a key again: ${listed(loose)}`,
        'Yield op.checkpoint(state) and go on from request.state, or declare a primaryKey.',
      );
    }
    if (hasEnded && loose.length > 0) {
      return failed(
        new ConnectorError(
          `rows of tables without a key came after the last checkpoint; the next run would add them again: ${listed(loose)}`,
          {
            code: 'OPERATION_INVALID',
            action: 'Yield op.checkpoint(state) after the last row, or declare a primaryKey.',
          },
        ),
      );
    }
    return ok(`${counted(checkpoints, 'state')} offered, each is JSON`);
  },
};

/** Whether runs of the connector go on from a state: it is a sync, or its dataset is incremental. */
export async function mayGoOn(subject: CheckSubject): Promise<boolean> {
  const reading = await subject.reading();
  if (whyNoRows(reading) !== undefined && reading.error) return false;
  return isSync(reading.recording) || normaliseSchema(reading.recording.schema).incremental;
}

/** Tables without a key that got rows which no offered state covers, each with how many. */
function looseTables(recording: Recording): string[] {
  const schema = normaliseSchema(recording.schema);
  const tables = isSync(recording)
    ? recording.tables.map(({ name }) => ({ name, key: schema.tables?.get(name)?.primaryKey ?? [] }))
    : [{ name: '', key: schema.primaryKey }];
  return tables.flatMap(({ name, key }) => {
    const rows = recording.rowsAfterCheckpoint(name);
    if (key.length > 0 || rows === 0) return [];
    return [name === '' ? counted(rows, 'row') : `${name} (${counted(rows, 'row')})`];
  });
}
