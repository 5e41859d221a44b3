import { inject, injectable } from 'inversify';
import { ConnectorOpener } from '../connectors/connector-opener.js';
import type { SourceSpec } from '../run-spec.js';
import type { OpenedSource } from './opened-source.js';

/** Opens what a run reads. */
@injectable()
export class SourceOpener {
  constructor(@inject(ConnectorOpener) private readonly connectors: ConnectorOpener) {}

  /** @throws HostError when it cannot be opened: an unknown id, a wrong config, a broken connector */
  open(spec: SourceSpec): Promise<OpenedSource> {
    return this.connectors.open(spec.source, spec, 'source');
  }
}
