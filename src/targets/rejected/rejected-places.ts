import { join } from 'node:path';
import { pipelineFileName } from '../journal/journal-files.js';

const FOLDER = 'rejected';

/**
 * Where a pipeline keeps rows aside whose target has no place for them: `rejected/<pipeline>-<hash>.jsonl`.
 *
 * @param stateFolder folder of the journals
 */
export function rejectedPath(stateFolder: string, pipeline: string): string {
  return join(stateFolder, FOLDER, `${pipelineFileName(pipeline)}.jsonl`);
}
