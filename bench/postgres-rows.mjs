import { once } from 'node:events';
import { from } from 'pg-copy-streams';

/** Columns of the benchmark's table, for CREATE TABLE. */
export const CREATE_ROWS = `(id bigint, uuid text, name text, email text, amount double precision, active boolean,
  created_at timestamp, note text)`;

/** The straight-line way of rows into a table: COPY in its text format, one stream. */
export async function copyRows(client, table, pages) {
  const stream = client.query(from(`COPY ${table} FROM STDIN`));
  for (const page of pages) {
    let text = '';
    for (const row of page) {
      text += `${row.id}\t${escape(row.uuid)}\t${escape(row.name)}\t${escape(row.email)}\t${row.amount}\t${row.active}\t${row.created_at}\t${escape(row.note)}\n`;
    }
    if (!stream.write(text)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

function escape(text) {
  return /[\t\n\r\\]/.test(text)
    ? text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
    : text;
}
