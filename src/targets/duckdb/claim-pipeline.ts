import type { DuckDBConnection } from '@duckdb/node-api';
import { killPoint } from '../kill-point.js';
import type { SavedState } from '../target.js';
import { Bookkeeping } from './bookkeeping.js';
import { Pipelines, type Claim } from './pipelines.js';
import type { DuckdbSessionParts } from './session-parts.js';
import { dropLeftovers } from './shadows.js';

/** A pipeline that a run has, and the connection of the run. */
export interface ClaimedPipeline {
  readonly connection: DuckDBConnection;
  readonly claim: Claim;
  readonly saved: SavedState;
  readonly pipelines: Pipelines;
}

/** Claims the run's pipeline on a connection of its own. @throws TransientError PIPELINE_BUSY */
export async function claimPipeline(parts: DuckdbSessionParts): Promise<ClaimedPipeline> {
  const { instance, run, label, inTurn } = parts;
  const askedAt = new Date();
  const connection = await instance.connect();
  try {
    const pipelines = new Pipelines(connection, label);
    const claimed = await inTurn(async () => {
      await new Bookkeeping(connection, label).prepare();
      killPoint('duckdb.after-bookkeeping');
      await dropLeftovers(connection);
      killPoint('duckdb.after-leftovers');
      return pipelines.claim(run.pipeline, run.runId, askedAt);
    });
    killPoint('duckdb.after-claim');
    parts.onClaimed();
    return { connection, ...claimed, pipelines };
  } catch (error) {
    connection.closeSync();
    throw error;
  }
}
