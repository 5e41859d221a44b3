/** Something to say about a run that changes nothing about how it ended. */
export type Warning = string | { readonly failure: unknown };
