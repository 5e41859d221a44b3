export interface ConnectorSuite { x: 1 }
export function describeConnector(): void {}
