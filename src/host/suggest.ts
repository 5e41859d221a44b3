import { distance } from 'fastest-levenshtein';

/**
 * The candidate that a mistyped name most likely means: the nearest by edits, case aside, if it is near enough.
 *
 * @returns undefined where no candidate is near
 */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  // A third of the letters may differ, at least one, but never all of them.
  let bestDistance = Math.min(Math.max(1, Math.floor(name.length / 3)) + 1, Math.max(1, name.length));
  for (const candidate of candidates) {
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}

/** ` (did you mean "page_size"?)`, to be put after an unknown name; empty where no candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const found = suggest(name, candidates);
  return found === undefined ? '' : ` (did you mean "${found}"?)`;
}
