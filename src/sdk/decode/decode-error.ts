/** Text that is not what it should be. Names the place, never what stands there. */
export class DecodeError extends SyntaxError {
  override readonly name = 'DecodeError';
  /** Line of the text, counted from 1; undefined where only the whole can be judged. */
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}
