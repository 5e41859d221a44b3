import { partitionRange, partitionValues } from 'connector-host';
import type { Partitioning, TimeDimension } from 'connector-host';

/** The partition that one read is of. */
export interface PartitionOfRead {
  readonly id: string;
  readonly partitioning: Partitioning;
}

/** What a placeholder stands for, or a sentence's end that says why it stands for nothing. */
export type PlaceholderValue = { readonly value: string | number } | { readonly problem: string };

/** Placeholders that every partition has, whatever its dimensions are named. */
export const PARTITION_NAMES = ['partition', 'partition_start', 'partition_end'] as const;

type Form = (instant: Date, timeZone: string) => string | number;

const FORMS: Readonly<Record<string, Form>> = {
  date: localDate,
  epoch: (instant) => Math.floor(instant.getTime() / 1000),
  epoch_ms: (instant) => instant.getTime(),
};
/** For APIs that take the end for a part of the period: the date of the last moment. */
const END_FORMS: Readonly<Record<string, Form>> = {
  ...FORMS,
  last_date: (instant, timeZone) => localDate(new Date(instant.getTime() - 1), timeZone),
};

/** What the placeholders of a read stand for. */
export class PartitionTexts {
  /** Names of all placeholders, without forms. */
  readonly names: ReadonlySet<string>;
  readonly #id: string;
  readonly #partitioning: Partitioning;
  readonly #values: Readonly<Record<string, string>>;
  readonly #times: readonly TimeDimension[];

  constructor({ id, partitioning }: PartitionOfRead) {
    this.#id = id;
    this.#partitioning = partitioning;
    this.#values = partitionValues(id, partitioning);
    this.#times = partitioning.dimensions.filter((dimension) => dimension.type === 'time');
    this.names = new Set([...PARTITION_NAMES, ...partitioning.dimensions.map(({ name }) => name)]);
  }

  /** @param form what follows the name behind a colon */
  valueOf(name: string, form: string | undefined): PlaceholderValue {
    if (name === 'partition_start') return this.#instant('start', form, FORMS);
    if (name === 'partition_end') return this.#instant('end', form, END_FORMS);
    if (form !== undefined) return { problem: `{${name}} has no forms` };
    return { value: name === 'partition' ? this.#id : (this.#values[name] as string) };
  }

  /** Dimensions that none of these placeholders tells apart. */
  untold(used: ReadonlySet<string>): string[] {
    if (used.has('partition')) return [];
    const isTold = (name: string, type: string): boolean =>
      used.has(name) || (type === 'time' && (used.has('partition_start') || used.has('partition_end')));
    return this.#partitioning.dimensions
      .filter(({ name, type }) => !isTold(name, type))
      .map(({ name }) => name);
  }

  #instant(
    edge: 'start' | 'end',
    form: string | undefined,
    forms: Readonly<Record<string, Form>>,
  ): PlaceholderValue {
    const [time, second] = this.#times;
    if (!time) return { problem: 'it needs a dimension of time, such as day:DAY' };
    if (second) return { problem: 'there are several dimensions of time, so name one of them' };
    if (form !== undefined && !Object.hasOwn(forms, form)) {
      const known = Object.keys(forms).map((each) => `:${each}`);
      return { problem: `the forms of {partition_${edge}} are ${known.join(', ')}` };
    }
    const instant = partitionRange(this.#id, this.#partitioning)[edge];
    const write = form === undefined ? isoText : (forms[form] as Form);
    return { value: write(instant, time.params.timeZone ?? 'UTC') };
  }
}

/** Whole seconds, as periods begin with one: there are APIs that refuse a fraction. */
function isoText(instant: Date): string {
  return instant.toISOString().replace('.000Z', 'Z');
}

/** The date that a clock of the time zone shows. */
function localDate(instant: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(instant);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}
