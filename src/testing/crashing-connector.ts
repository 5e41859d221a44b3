import { Connector, type ConnectorContext, type Emission, type ReadRequest } from '../sdk/connector.js';
import { isOperation } from '../sdk/operations.js';
import type { ReadSchema } from '../sdk/schema.js';

/** The connector inside has its own. */
const NO_CONTEXT = {} as ConnectorContext;

/** What a {@link CrashingConnector} does besides passing on. */
export interface CrashPlan {
  /** The read fails when the host asks for what comes after this checkpoint, counted from 1. Default: it does not. */
  readonly afterCheckpoint?: number;
  /** Called for each emission, before the host takes it. */
  readonly onEmission?: () => void;
}

/** Passes on what a connector yields, counts its checkpoints, and crashes after one of them. */
export class CrashingConnector extends Connector {
  readonly #connector: Connector;
  readonly #plan: CrashPlan;
  #checkpoints = 0;

  constructor(connector: Connector, plan: CrashPlan = {}) {
    super({}, NO_CONTEXT);
    this.#connector = connector;
    this.#plan = plan;
  }

  /** Checkpoints so far. */
  get checkpoints(): number {
    return this.#checkpoints;
  }

  override async getReadSchema(): Promise<ReadSchema> {
    return this.#connector.getReadSchema();
  }

  async *generateRows(request: ReadRequest): AsyncIterable<Emission> {
    const { afterCheckpoint, onEmission } = this.#plan;
    for await (const emission of this.#connector.generateRows(request)) {
      const isCheckpoint = isOperation(emission) && emission.kind === 'checkpoint';
      if (isCheckpoint) this.#checkpoints += 1;
      onEmission?.();
      yield emission;
      if (isCheckpoint && this.#checkpoints === afterCheckpoint)
        throw new Error('the suite crashed the read');
    }
  }

  override async close(): Promise<void> {
    await this.#connector.close?.();
  }
}
