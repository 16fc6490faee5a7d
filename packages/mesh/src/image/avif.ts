import { open } from 'node:fs/promises';

/** Bytes of a file that name its type: the brands of its first box. */
const headBytes = 64;

/** Whether a file says that it is AVIF, however damaged the rest is. `image`: bytes, or a file's path. */
export async function isAvif(image: Uint8Array | string): Promise<boolean> {
  const head = typeof image === 'string' ? await headOf(image) : image.subarray(0, headBytes);
  return /^....ftyp(?:....)*?avi[fs]/s.test(Buffer.from(head).toString('latin1'));
}

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
