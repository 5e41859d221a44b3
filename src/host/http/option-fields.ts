/** What is wrong with the options of a client, one sentence each, by who must act. */
export interface Problems {
  readonly author: string[];
  readonly user: string[];
}

/** Adds what is wrong with the value of one option; the path names it. */
export type Field = (path: string, value: unknown, problems: Problems) => void;

export const text = must('text', (value) => typeof value === 'string');
export const texts = must(
  'a list of texts',
  (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
);
export const flag = must('true or false', (value) => typeof value === 'boolean');
export const callable = must('a function', (value) => typeof value === 'function');
export const record = must(
  'an object',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** Text that comes from the user's config, so that one which is not there is theirs to set. */
export const given: Field = (path, value, problems) => {
  if (value === '' || value === undefined || value === null) problems.user.push(`${path} is empty`);
  else text(path, value, problems);
};

/** As `given`, where an empty text is a value too. */
export const givenOrEmpty: Field = (path, value, problems) => {
  if (value !== '') given(path, value, problems);
};

export function optional(field: Field): Field {
  return (path, value, problems) => {
    if (value !== undefined) field(path, value, problems);
  };
}

export function choice(...values: readonly string[]): Field {
  return must(`one of ${values.join(', ')}`, (value) => values.includes(value as string));
}

export function wholeFrom(least: number): Field {
  return must(
    `a whole number from ${least} on`,
    (value) => Number.isSafeInteger(value) && Number(value) >= least,
  );
}

export function numberFrom(least: number): Field {
  return must(`a number from ${least} on`, (value) => Number.isFinite(value) && Number(value) >= least);
}

export function numberAbove(bound: number): Field {
  return must(`a number above ${bound}`, (value) => Number.isFinite(value) && Number(value) > bound);
}

function must(what: string, holds: (value: unknown) => boolean): Field {
  return (path, value, { author }) => {
    if (!holds(value)) author.push(`${path} must be ${what}`);
  };
}
