import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk in memory that is too small for a server, until it is made larger. */
export interface SmallDisk {
  directory: string;
  enlarge(): Promise<void>;
  remove(): Promise<void>;
}

/** Undefined for whoever may not mount one, which takes root. */
export async function createSmallDisk(): Promise<SmallDisk | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'image2model-small-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', directory]);
  } catch {
    await rm(directory, { recursive: true });
    return undefined;
  }
  return {
    directory,
    async enlarge() {
      await run('mount', ['-o', 'remount,size=1g', directory]);
    },
    async remove() {
      await run('umount', [directory]);
      await rm(directory, { recursive: true });
    },
  };
}
