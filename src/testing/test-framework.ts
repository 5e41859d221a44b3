/** The globals that jest, vitest and mocha share. The suites need no others, so they run under each of them. */
interface TestFramework {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void> | void) => void;
  readonly beforeAll?: (body: () => Promise<void> | void) => void;
  readonly afterAll?: (body: () => Promise<void> | void) => void;
  readonly before?: (body: () => Promise<void> | void) => void;
  readonly after?: (body: () => Promise<void> | void) => void;
}

/** The test framework that runs this file; throws where there is none. */
export function testFramework(): Required<Pick<TestFramework, 'describe' | 'it' | 'beforeAll' | 'afterAll'>> {
  const { describe, it, beforeAll, before, afterAll, after } = globalThis as unknown as TestFramework;
  const [first, last] = [beforeAll ?? before, afterAll ?? after];
  // Undefined outside a test run, whatever the type says.
  if (typeof describe !== 'function' || !first || !last) {
    throw new Error(
      'a suite of connector-host/testing must be called in a test file, with describe and it as globals',
    );
  }
  return { describe, it, beforeAll: first, afterAll: last };
}
