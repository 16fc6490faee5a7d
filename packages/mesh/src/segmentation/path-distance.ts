/** Steps of one unit of length that distances are counted in. */
const fine = 4;

/**
 * The length of the shortest way to each pixel from those of `from`, over the four neighbours, by Dial's buckets.
 * @param cost Of the step from one pixel to the next, at least 1; one that is infinite is never taken.
 * @param limit Longer ways are not followed: Infinity.
 */
export function pathDistance(
  from: Uint8Array,
  width: number,
  limit: number,
  cost: (from: number, to: number) => number,
): Float32Array {
  const last = Math.ceil(limit * fine);
  const distance = new Int32Array(from.length).fill(last + 1);
  const buckets: number[][] = Array.from({ length: last + 1 }, () => []);
  for (let i = 0; i < from.length; i++) {
    if (!from[i]) continue;
    distance[i] = 0;
    buckets[0]?.push(i);
  }
  const enter = (next: number, i: number, here: number): void => {
    const reached = here + Math.round(fine * cost(i, next));
    if (reached >= distance[next]!) return;
    distance[next] = reached;
    buckets[reached]?.push(next);
  };
  for (let here = 0; here <= last; here++) {
    for (const i of buckets[here] ?? []) {
      if (distance[i] !== here) continue;
      const x = i % width;
      if (x > 0) enter(i - 1, i, here);
      if (x < width - 1) enter(i + 1, i, here);
      if (i >= width) enter(i - width, i, here);
      if (i + width < from.length) enter(i + width, i, here);
    }
  }
  return Float32Array.from(distance, (d) => (d > last ? Infinity : d / fine));
}
