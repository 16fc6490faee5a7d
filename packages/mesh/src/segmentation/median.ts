/** The median; the upper one of an even number of values, NaN of none. */
export function median(values: ArrayLike<number>): number {
  return new Float64Array(values).sort()[Math.floor(values.length / 2)] ?? Number.NaN;
}
