/** What tests of connectors and targets import from 'connector-host/testing'. */
export { describeConnector, type ConnectorSuite } from './describe-connector.js';
export {
  describeTarget,
  type StoredRow,
  type TargetCheck,
  type TargetException,
  type TargetPlace,
  type TargetSuite,
  type TargetTestName,
} from './describe-target.js';
export { runRows, type RowsRun } from './run-rows.js';
export { RowsConnector } from './rows-connector.js';
