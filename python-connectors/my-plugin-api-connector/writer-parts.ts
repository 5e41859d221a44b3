import type { Logger, WriteRequest } from 'connector-host';
import type { ApiClient } from './api-client.js';
import type { WriteSettings } from './write-settings.js';

/** What a writer of one table works with. */
export interface ApiWriterParts {
  readonly client: ApiClient;
  readonly settings: WriteSettings;
  readonly request: Pick<WriteRequest, 'table' | 'primaryKey' | 'writeMode'>;
  readonly logger: Logger;
}
