// Kept here, since looking it up for every character takes longer than the product.
const { imul } = Math;
const LANES = 4;
const START_CAPACITY = 1024;
/** Share of the places that are taken at most. */
const MAX_LOAD = 0.75;

/**
 * Remembers which ids came, in 16 bytes for each and some room: of a million ids 32 MB, where a Set of them takes over 100 MB.
 * It keeps 128 bits of a hash, so that two ids taken for one are not to be expected in any listing.
 */
export class IdSet {
  /** Places of four lanes each; four zeros: free. */
  #places = new Uint32Array(START_CAPACITY * LANES);
  #capacity = START_CAPACITY;
  #size = 0;
  /** The hash that was made last. */
  readonly #hash = new Uint32Array(LANES);

  get size(): number {
    return this.#size;
  }

  /** @returns false when the id was there already */
  add(id: string): boolean {
    if (this.#size >= this.#capacity * MAX_LOAD) this.#grow();
    hashInto(this.#hash, id);
    const place = this.#find(this.#hash, 0);
    if (!isFree(this.#places, place)) return false;
    this.#places.set(this.#hash, place);
    this.#size += 1;
    return true;
  }

  has(id: string): boolean {
    hashInto(this.#hash, id);
    return !isFree(this.#places, this.#find(this.#hash, 0));
  }

  /** The place that has a hash, or the free one that it belongs to. @param at where the hash lies in its array */
  #find(hashes: Uint32Array, at: number): number {
    const places = this.#places;
    let index = (hashes[at] ?? 0) & (this.#capacity - 1);
    for (;;) {
      const place = index * LANES;
      if (isFree(places, place)) return place;
      if (
        places[place] === hashes[at] &&
        places[place + 1] === hashes[at + 1] &&
        places[place + 2] === hashes[at + 2] &&
        places[place + 3] === hashes[at + 3]
      ) {
        return place;
      }
      index = (index + 1) & (this.#capacity - 1);
    }
  }

  #grow(): void {
    const old = this.#places;
    this.#capacity *= 2;
    this.#places = new Uint32Array(this.#capacity * LANES);
    for (let at = 0; at < old.length; at += LANES) {
      if (isFree(old, at)) continue;
      const place = this.#find(old, at);
      for (let lane = 0; lane < LANES; lane += 1) this.#places[place + lane] = old[at + lane] ?? 0;
    }
  }
}

function isFree(places: Uint32Array, at: number): boolean {
  return places[at] === 0 && places[at + 1] === 0 && places[at + 2] === 0 && places[at + 3] === 0;
}

/**
 * Four lanes of 32 bits, each with an odd factor and a shift of its own. All steps can be undone, so that a difference is
 * never lost inside a lane while the rest of two texts is the same.
 */
function hashInto(hash: Uint32Array, id: string): void {
  let a = 0x243f6a88;
  let b = 0x85a308d3;
  let c = 0x13198a2e;
  let d = 0x03707344;
  for (let index = 0; index < id.length; index += 1) {
    const code = id.charCodeAt(index);
    a = imul(a ^ code, 0x9e3779b1);
    a ^= a >>> 15;
    b = imul(b ^ code, 0x85ebca77);
    b ^= b >>> 13;
    c = imul(c ^ code, 0xc2b2ae3d);
    c ^= c >>> 16;
    d = imul(d ^ code, 0x27d4eb2f);
    d ^= d >>> 14;
  }
  hash[0] = a;
  hash[1] = b;
  hash[2] = c;
  // All zeros mean a free place.
  hash[3] = (a | b | c | d) === 0 ? 1 : d;
}
