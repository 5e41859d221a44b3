import { resolve } from 'node:path';
import { Connector, op } from 'connector-host';
import type { ConnectorContext, Operation, ReadRequest, ReadSchema } from 'connector-host';
import { NOTHING_READ, readCursors, type Cursors } from './cursors.js';
import { isLastOfInstant } from './instant.js';
import { MockApi } from './mock-api.js';

/** The config as connector.json declares it. */
export interface ParentChildConfig {
  readonly data_file?: string;
}

const DEFAULT_FILE = 'fixtures/data.json';

/** Reads companies from one cursor, and the departments of each company from a cursor of its own. */
export default class ParentChildConnector extends Connector<ParentChildConfig> {
  readonly #api: MockApi;

  constructor(config: ParentChildConfig, context: ConnectorContext) {
    super(config, context);
    const file = resolve(context.resource('.'), config.data_file ?? DEFAULT_FILE);
    this.#api = new MockApi(file, context.logger);
  }

  override getReadSchema(): ReadSchema {
    return {
      tables: [
        {
          name: 'company',
          primaryKey: ['company_id'],
          columns: [
            { name: 'company_id', type: 'STRING' },
            { name: 'company_name', type: 'STRING' },
            { name: 'updated_at', type: 'UTC_DATETIME' },
          ],
        },
        {
          name: 'department',
          primaryKey: ['department_id', 'company_id'],
          columns: [
            { name: 'department_id', type: 'STRING' },
            { name: 'company_id', type: 'STRING' },
            { name: 'department_name', type: 'STRING' },
            { name: 'updated_at', type: 'UTC_DATETIME' },
          ],
        },
      ],
    };
  }

  async *generateRows({ state, recordsLimit }: ReadRequest): AsyncGenerator<Operation> {
    let left = recordsLimit > 0 ? recordsLimit : Infinity;
    for await (const operation of this.#sync(readCursors(state))) {
      yield operation;
      if (operation.kind === 'upsert') left -= 1;
      // The last row wanted still gets its checkpoint.
      else if (left === 0) return;
    }
  }

  async *#sync(cursors: Cursors): AsyncGenerator<Operation> {
    const companies = await this.#api.fetchCompanies(cursors.company);
    for (const [index, company] of companies.entries()) {
      const { company_id: id, updated_at: time } = company;
      const cursor = cursors.departments.get(id) ?? NOTHING_READ;
      yield op.upsert('company', { ...company });
      // Known from here on: its departments are asked for in every run to come.
      yield departmentCheckpoint(id, cursor);
      yield* this.#syncDepartments(id, cursor);
      // Not before its departments are read: the next run may not be told of the company again.
      if (isLastOfInstant(companies, index)) yield op.checkpoint({ company_cursor: time }, { merge: true });
    }
    const changed = new Set(companies.map(({ company_id: id }) => id));
    for (const [id, cursor] of cursors.departments) {
      if (!changed.has(id)) yield* this.#syncDepartments(id, cursor);
    }
  }

  async *#syncDepartments(companyId: string, cursor: string): AsyncGenerator<Operation> {
    const since = cursor === NOTHING_READ ? undefined : cursor;
    const departments = await this.#api.fetchDepartmentsForCompany(companyId, since);
    let read = cursor;
    for (const [index, department] of departments.entries()) {
      yield op.upsert('department', { ...department });
      if (isLastOfInstant(departments, index)) read = department.updated_at;
      yield departmentCheckpoint(companyId, read);
    }
  }
}

/** A patch: the cursors of the other companies stay as they are. */
function departmentCheckpoint(companyId: string, cursor: string): Operation {
  return op.checkpoint({ department_cursor: { [companyId]: cursor } }, { merge: true });
}
