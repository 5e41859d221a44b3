import { killPoint } from '../kill-point.js';
import type { Link } from './link.js';

/** The transaction of the next commit. It begins with the first row that needs it. */
export class Transaction {
  readonly #link: Link;
  #isOpen = false;

  constructor(link: Link) {
    this.#link = link;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async begin(): Promise<void> {
    if (this.#isOpen) return;
    killPoint('postgres.before-begin');
    await this.#link.connection.run('BEGIN');
    this.#isOpen = true;
  }

  async commit(): Promise<void> {
    await this.#link.connection.run('COMMIT');
    this.#isOpen = false;
  }

  /** Takes back what it did, if it has begun and there is somebody to tell. */
  async end(): Promise<void> {
    const { connection } = this.#link;
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    if (connection.isLost) return;
    await connection.dropCopy();
    if (wasOpen) await connection.run('ROLLBACK');
  }
}
