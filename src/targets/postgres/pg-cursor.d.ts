/** What the host uses of a package that has no types of its own. */
declare module 'pg-cursor' {
  import type { Submittable } from 'pg';

  export default class Cursor implements Submittable {
    constructor(text: string, values: undefined, config: { readonly rowMode: 'array' });
    submit(): void;
    read(rows: number): Promise<unknown[][]>;
    close(): Promise<void>;
  }
}
