/** Bytes that are compared at a time. */
const step = 1024 * 1024;

/** Whether two files hold the same, whatever their names. What can no longer be read is the same as nothing. */
export async function sameBytes(one: Blob, other: Blob): Promise<boolean> {
  if (one.size !== other.size) return false;
  try {
    for (let from = 0; from < one.size; from += step) {
      const parts = [one, other].map(async (file) => new Uint8Array(await file.slice(from, from + step).arrayBuffer()));
      const [left, right] = await Promise.all(parts);
      if (!left || !right || left.some((byte, at) => byte !== right[at])) return false;
    }
    return true;
  } catch {
    return false;
  }
}
