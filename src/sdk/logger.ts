/**
 * Where a connector says what it does. Lines go to stderr, secrets redacted; debug is shown with --verbose only.
 * Log requests and decisions, never one line a row.
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
