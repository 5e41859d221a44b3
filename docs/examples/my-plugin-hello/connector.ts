import { Connector, type Row } from 'connector-host';

interface HelloConfig {
  readonly greeting: string;
  readonly names: readonly string[];
}

export default class HelloConnector extends Connector<HelloConfig> {
  *generateRows(): Generator<Row> {
    const { greeting, names } = this.config;
    for (const [index, name] of names.entries()) {
      yield { id: index + 1, text: `${greeting}, ${name}!` };
    }
  }
}
