const DAY_MS = 86_400_000;

/** Whether a text is a day that there is, such as `2026-11-21`. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time) && dayOf(time) === text;
}

/** Every day from one to another, both included; none where the first is the later one. */
export function* daysBetween(from: string, to: string): Generator<string> {
  // Days of UTC have all the same length.
  const last = Date.parse(`${to}T00:00:00Z`);
  for (let time = Date.parse(`${from}T00:00:00Z`); time <= last; time += DAY_MS) yield dayOf(time);
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
