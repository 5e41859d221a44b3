import Table from 'cli-table3';
import { MAX_CELL_LENGTH, safeText } from './safe-text.js';

/** The characters of cli-table3's borders: none but two spaces between columns. */
const EDGES = ['top', 'bottom', 'mid', 'left', 'right'];
const CORNERS = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'];
const INNER = ['left-mid', 'mid-mid', 'right-mid'];
const BORDERLESS = {
  ...Object.fromEntries([...EDGES, ...CORNERS, ...INNER].map((name) => [name, ''])),
  middle: '  ',
};

/**
 * A table of text without borders, columns aligned. Cells are made fit for a terminal.
 *
 * @param maxLength characters of a cell that are shown at most
 */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  maxLength = MAX_CELL_LENGTH,
): string {
  const table = new Table({
    head: header.map((cell) => safeText(cell, maxLength)),
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => row.map((cell) => safeText(cell, maxLength))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
