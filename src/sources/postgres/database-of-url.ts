/** Name of the database that a URL names; one that it leaves out comes from the environment, as the library has it. */
export function databaseOfUrl(text: string): string {
  const { PGDATABASE, PGUSER } = process.env;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const inUrl = decoded(url?.pathname.slice(1)) ?? decoded(PGDATABASE);
  return inUrl ?? decoded(url?.username) ?? decoded(PGUSER) ?? 'database';
}

/** Undefined: there is nothing. */
function decoded(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that stands for itself.
    return text;
  }
}
