/** A longer line, or a quote that never ends, would fill the memory of a read that needs little otherwise. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
export const MAX_LINE_TEXT = '16 MiB';
