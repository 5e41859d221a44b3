/**
 * Runs several ways of doing one thing in turn, so that whatever else the machine does hits all of them alike. The
 * order is reversed every other round.
 *
 * @param ways name -> function that does it once and returns its measurement
 * @returns name -> measurements, one for each round
 */
export async function alternate(rounds, ways) {
  const results = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = Object.entries(ways);
    if (round % 2 === 1) order.reverse();
    for (const [name, way] of order) results[name].push(await way());
  }
  return results;
}

/** One line of the result: a value that must keep a limit. */
export function absolute(measure, unit, values, limit) {
  return { measure, unit, host: values, judged: values, limit, ...judge(values, limit) };
}

/** One line of the result: two ways, compared pair by pair. Without a limit it is for information. */
export function ratio(measure, unit, host, reference, limit) {
  const judged = host.map((value, i) => value / reference[i]);
  return { measure, unit, host, reference, ratios: judged, limit, ...judge(judged, limit) };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function judge(values, limit) {
  const value = median(values);
  if (limit === undefined) return { required: '', ok: true };
  if (limit.atMost !== undefined) return { required: `at most ${limit.atMost}`, ok: value <= limit.atMost };
  return { required: `at least ${limit.atLeast}`, ok: value >= limit.atLeast };
}
