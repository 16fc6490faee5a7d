import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const defaultSizeBytes = 96 * 1024 * 1024;

/** A small disk that can be filled. */
export interface SmallDisk {
  directory: string;
  /** Whether it is a file system of its own, which only root can mount: without it there is nothing to fill. */
  isReal: boolean;
  /** Leaves so many bytes free. */
  fill(leaveBytes: number): Promise<void>;
  free(): Promise<void>;
  /** Makes it larger or smaller. */
  resize(sizeBytes: number): Promise<void>;
  remove(): Promise<void>;
}

/** Whether this user may mount a disk to fill. */
export async function canFillDisk(): Promise<boolean> {
  const disk = await createSmallDisk();
  await disk.remove();
  return disk.isReal;
}

export async function createSmallDisk(sizeBytes = defaultSizeBytes): Promise<SmallDisk> {
  const directory = await mkdtemp(join(tmpdir(), 'image2model-disk-'));
  const isReal = await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', directory]).then(
    () => true,
    () => false,
  );
  const ballast = join(directory, 'ballast');
  await mkdir(join(directory, 'data'));
  return {
    directory: join(directory, 'data'),
    isReal,
    async fill(leaveBytes) {
      if (!isReal) throw new Error('only a disk of its own can be filled');
      const handle = await open(ballast, 'a');
      const block = Buffer.alloc(4096, 1);
      try {
        for (;;) {
          const { bavail, bsize } = await statfs(directory);
          const left = bavail * bsize - leaveBytes;
          if (left <= 0) break;
          await handle.write(left > 1024 * 1024 ? Buffer.alloc(1024 * 1024, 1) : block);
        }
      } catch (error) {
        if ((error as { code?: string }).code !== 'ENOSPC') throw error;
      } finally {
        await handle.close();
      }
    },
    async free() {
      await rm(ballast, { force: true });
    },
    async resize(size) {
      await run('mount', ['-o', `remount,size=${size}`, directory]);
    },
    async remove() {
      if (isReal) await run('umount', [directory]).catch(() => run('umount', ['-l', directory]));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
