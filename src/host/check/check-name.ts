/** The checks, by what they look at. */
export type CheckName =
  'manifest' | 'config' | 'connection' | 'first page' | 'schema' | 'key' | 'limit' | 'pages' | 'stop';
