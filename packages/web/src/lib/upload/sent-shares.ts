/**
 * How much of each photo has been sent, 0 to 1, from how much of the form has: its body holds one after the other, each
 * behind a head of its own. Whatever the form has besides the photos is assumed to be spread evenly before them.
 */
export function sentShares(sizes: readonly number[], loaded: number, total: number): number[] {
  const photos = sizes.reduce((sum, size) => sum + size, 0);
  const head = Math.max(0, total - photos) / Math.max(1, sizes.length);
  let begins = 0;
  return sizes.map((size) => {
    begins += head;
    const share = size === 0 ? Number(loaded >= begins) : (loaded - begins) / size;
    begins += size;
    return loaded >= total ? 1 : Math.min(1, Math.max(0, share));
  });
}
