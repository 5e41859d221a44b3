import type { Logger } from 'connector-host';
import type { Company, Department } from './api-types.js';
import { readDataFile, type ApiData } from './data-file.js';
import { compareUpdates } from './instant.js';

/** Only what was updated after it, without what was updated at it. */
interface UpdatedAfter {
  readonly updated_after?: string;
}

/**
 * Stands for an API of two resources. It answers from a file, which it reads again for each request, so that data may
 * change while a run goes on. Every answer is a list in the order of `updated_at`.
 */
export class MockApi {
  readonly #file: string;
  readonly #logger: Logger;

  /** @param file absolute path of the data */
  constructor(file: string, logger: Logger) {
    this.#file = file;
    this.#logger = logger;
  }

  /** @param cursor undefined: all companies */
  async fetchCompanies(cursor: string | undefined): Promise<Company[]> {
    return this.#getApiResponse('companies', updatedAfter(cursor), ({ companies }) => companies);
  }

  /** @param cursor undefined: all its departments. A company that is not there has none. */
  async fetchDepartmentsForCompany(companyId: string, cursor: string | undefined): Promise<Department[]> {
    const path = `companies/${encodeURIComponent(companyId)}/departments`;
    return this.#getApiResponse(path, updatedAfter(cursor), ({ departments }) =>
      departments.filter(({ company_id }) => company_id === companyId),
    );
  }

  /** The one place that a request of `context.http` would take. */
  async #getApiResponse<Item extends { readonly updated_at: string }>(
    path: string,
    params: UpdatedAfter,
    resource: (data: ApiData) => readonly Item[],
  ): Promise<Item[]> {
    this.#logger.info(`mock GET https://api.example.com/${path} ${JSON.stringify(params)}`);
    const { updated_after: time } = params;
    return resource(await readDataFile(this.#file))
      .filter((item) => time === undefined || compareUpdates(item, { updated_at: time }) > 0)
      .sort(compareUpdates);
  }
}

function updatedAfter(cursor: string | undefined): UpdatedAfter {
  return cursor === undefined ? {} : { updated_after: cursor };
}
