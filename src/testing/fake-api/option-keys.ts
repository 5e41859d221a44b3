/** Every key of a type, and no other: the compiler holds the list to the type. */
export type Keys<T> = Readonly<Record<keyof T & string, true>>;

/** Takes a problem, in words. */
export type Report = (problem: string) => void;

/** Reports keys that there are not. */
export function unknownKeys(
  value: object,
  keys: Readonly<Record<string, true>>,
  at: string,
  report: Report,
): void {
  for (const key of Object.keys(value)) if (!Object.hasOwn(keys, key)) report(`${at}${key} is unknown`);
}
