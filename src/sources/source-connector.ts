import { Connector, type ConnectorContext } from '../sdk/connector.js';

/** What the host itself reads as a connector. It has no config, and asks for nothing that a context has. */
export abstract class SourceConnector extends Connector {
  constructor() {
    super({}, {} as ConnectorContext);
  }
}
