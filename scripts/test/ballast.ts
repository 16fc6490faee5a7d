import { open, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

const blockBytes = 4096;
const manyBlocksBytes = 1024 * 1024;

/** Fills the disk that `file` lies on with that file, but for so many bytes. */
export async function fillDisk(file: string, leaveBytes: number): Promise<void> {
  const handle = await open(file, 'a');
  try {
    for (;;) {
      const { bavail, bsize } = await statfs(dirname(file));
      const left = bavail * bsize - leaveBytes;
      if (left <= 0) break;
      await handle.write(Buffer.alloc(left > manyBlocksBytes ? manyBlocksBytes : blockBytes, 1));
      // What a file system keeps in memory first counts once it has its place.
      if (left <= manyBlocksBytes) await handle.datasync();
    }
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOSPC') throw error;
  } finally {
    await handle.close();
  }
}

/** Frees what {@link fillDisk} has taken. */
export async function freeDisk(file: string): Promise<void> {
  await rm(file, { force: true });
}
