import type { Row } from 'connector-host';

/** A country as the API sends it, as far as it is used here. */
export interface Country {
  readonly cca3: string;
  readonly name: { readonly common: string };
  readonly region: string;
  readonly area: number;
  readonly landlocked: boolean;
  readonly languages: Readonly<Record<string, string>>;
}

export function toRow({ cca3, name, region, area, landlocked, languages }: Country): Row {
  return { code: cca3, name: name.common, region, area, landlocked, languages };
}
