/** One kind of run that is killed; see scenarios.mjs. */
export interface Scenario {
  readonly checkpoints: boolean;
  readonly steps: (salt: number) => readonly unknown[];
  readonly before: (salt: number) => object;
  readonly expected: (
    steps: readonly unknown[],
    salt: number,
    found: object,
  ) => Readonly<Record<string, readonly string[]>>;
}
export const SCENARIOS: Readonly<Record<string, Scenario>>;
