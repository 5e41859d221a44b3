/** What tests of connectors and targets import from 'connector-host/testing'. */
export { describeConnector, type ConnectorPromise, type ConnectorSuite } from './describe-connector.js';
export type { SuitePartitions } from './partition-sample.js';
export { describeTarget } from './describe-target.js';
export type { StoredRow, TargetCheck, TargetPlace } from './target-check.js';
export type { TargetException, TargetSuite, TargetTestName } from './target-suite.js';
export { runRows, type RowsRun } from './run-rows.js';
export { RowsConnector } from './rows-connector.js';
export { startFakeApi, type FakeApi } from './fake-api/start-fake-api.js';
export type { FakeApiOptions, FakeFact, FakeRateLimit, FakeRoute } from './fake-api/fake-api-options.js';
export type * from './fake-api/fake-auth.js';
export type * from './fake-api/fake-paging.js';
export type { FakeRequest } from './fake-api/fake-request.js';
export type { Fault, FaultName, FaultObject, FaultScript } from './fake-api/fault.js';
