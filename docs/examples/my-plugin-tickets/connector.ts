import {
  Connector,
  op,
  paginate,
  type Emission,
  type ReadRequest,
  type ReadSchema,
  type Row,
} from 'connector-host';

/** `seq` grows by one with each change. */
type Change = Row & { kind: 'saved' | 'removed'; ticket: Row };

export default class TicketsConnector extends Connector<{ readonly base_url: string }> {
  override getReadSchema(): ReadSchema {
    return { tables: [{ name: 'tickets', primaryKey: ['id'] }] };
  }

  async *generateRows({ state }: ReadRequest): AsyncGenerator<Emission> {
    const pages = paginate(this.context, {
      url: `${this.config.base_url}/changes`,
      paging: { type: 'keyset', param: 'after', field: 'seq', first: Number(state.seq ?? 0) },
    });
    for await (const page of pages) {
      for (const { kind, ticket } of page as readonly Change[]) {
        yield kind === 'removed' ? op.delete('tickets', { id: ticket.id }) : op.upsert('tickets', ticket);
      }
      yield op.checkpoint({ seq: page.at(-1)?.seq });
    }
  }
}
