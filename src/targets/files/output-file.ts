/** A file that one run writes. commit or rollback ends it; after a failed commit, rollback still cleans up. */
export interface OutputFile {
  /** Bytes of this run so far. */
  readonly bytes: number;
  /** Takes text or bytes; waits while an earlier write is in flight. */
  write(data: string | Uint8Array): Promise<void>;
  /** Makes what was written durable and visible. */
  commit(): Promise<void>;
  /** Leaves the file as it was before the run. */
  rollback(): Promise<void>;
}
