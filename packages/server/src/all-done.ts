/** Waits until all are over, and only then throws what the first of them threw: whoever undoes them finds none at work. */
export async function allDone<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
