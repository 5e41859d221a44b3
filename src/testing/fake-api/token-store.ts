import type { TokenLife } from './fake-auth.js';

/** Tokens that a server issued, and how long they are good. */
export class TokenStore {
  readonly #life: TokenLife;
  readonly #issued: string[];
  readonly #tokens = new Map<string, { uses: number; readonly until: number }>();

  /** `issued` gets the text of every token. */
  constructor(life: TokenLife | undefined, issued: string[]) {
    this.#life = life ?? {};
    this.#issued = issued;
  }

  /** A new token, such as `fake-access-token-1`. */
  issue(kind: 'access' | 'session'): string {
    const token = `fake-${kind}-token-${this.#issued.length + 1}`;
    this.#tokens.set(token, { uses: 0, until: Date.now() + (this.#life.seconds ?? Infinity) * 1000 });
    this.#issued.push(token);
    return token;
  }

  /** Whether a token is good; counts as a use of it. */
  use(token: string | undefined): boolean {
    const known = token === undefined ? undefined : this.#tokens.get(token);
    if (!known || Date.now() >= known.until || known.uses >= (this.#life.requests ?? Infinity)) return false;
    known.uses += 1;
    return true;
  }

  clear(): void {
    this.#tokens.clear();
  }
}
