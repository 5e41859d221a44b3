/** The lines of a report: what a check looks at, or `log` for a warning that was logged meanwhile. */
export type LineName = CheckName | 'log';

/** The checks, by what they look at. */
export type CheckName =
  | 'manifest'
  | 'config'
  | 'partition'
  | 'connection'
  | 'first page'
  | 'schema'
  | 'key'
  | 'limit'
  | 'pages'
  | 'state'
  | 'resume'
  | 'stop'
  | 'listing'
  | 'own values';
