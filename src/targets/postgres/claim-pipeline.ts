import { killPoint } from '../kill-point.js';
import type { SavedState, TargetRun } from '../target.js';
import { Bookkeeping } from './bookkeeping.js';
import type { PostgresAddress } from './connect-postgres.js';
import { Pipelines, type Claim } from './pipelines.js';
import type { ConnectionOptions } from './postgres-connection.js';
import { SessionLink } from './session-link.js';

/** What claiming a pipeline needs. */
export interface ClaimParts {
  readonly address: PostgresAddress;
  readonly connecting: ConnectionOptions;
  readonly run: TargetRun;
}

/** A pipeline that a run has, and the connections of the run. */
export interface LinkedPipeline {
  readonly link: SessionLink;
  readonly claim: Claim;
  readonly saved: SavedState;
}

/** Claims the run's pipeline on a connection of its own. @throws TransientError PIPELINE_BUSY */
export async function claimPipeline({ address, connecting, run }: ClaimParts): Promise<LinkedPipeline> {
  const link = await SessionLink.open(address, connecting, run.signal);
  try {
    const { connection } = link;
    await new Bookkeeping(connection, connecting.schema, address.label).prepare();
    killPoint('postgres.after-bookkeeping');
    const claimed = await new Pipelines(connection, address.label).claim(run.pipeline, run.runId);
    killPoint('postgres.after-claim');
    return { link, ...claimed };
  } catch (error) {
    await link.close();
    throw error;
  }
}
