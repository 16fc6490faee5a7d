import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fillDisk, freeDisk } from './ballast.ts';

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
      await fillDisk(ballast, leaveBytes);
    },
    free: () => freeDisk(ballast),
    async resize(size) {
      await run('mount', ['-o', `remount,size=${size}`, directory]);
    },
    async remove() {
      if (isReal) await run('umount', [directory]).catch(() => run('umount', ['-l', directory]));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
