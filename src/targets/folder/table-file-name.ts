/** What a file's name cannot hold, here or on another system, and what the code itself is made of. */
const UNSAFE = /[\u0000-\u001f\u007f<>:"/\\|?*%]|^\.|\p{Surrogate}/gu;

/**
 * The name of the file of a table: the table's own name, with whatever a file's name cannot hold as `%` and two hex
 * digits for each byte of its UTF-8 form.
 */
export function tableFileName(table: string, ending: string): string {
  return `${encodeName(table)}.${ending}`;
}

/** A text as the name of a file or a folder. */
export function encodeName(text: string): string {
  return text.replace(UNSAFE, percentCode);
}

/** The table that a file is of; undefined: it is not named so. */
export function tableOfFileName(name: string, ending: string): string | undefined {
  if (!name.endsWith(`.${ending}`)) return undefined;
  let table: string;
  try {
    table = decodeURIComponent(name.slice(0, -ending.length - 1));
  } catch (error) {
    // Somebody else's file, with a percent sign of its own.
    if (error instanceof URIError) return undefined;
    throw error;
  }
  return table !== '' && tableFileName(table, ending) === name ? table : undefined;
}

/** `%` and two hex digits for each byte of a character's UTF-8 form. */
export function percentCode(character: string): string {
  let code = '';
  for (const byte of Buffer.from(character)) code += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return code;
}
