import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk whose power can be cut. */
export interface CuttableDisk {
  directory: string;
  /** What the disk would have after a power cut now, mounted somewhere else: only what was synced is sure to be there. */
  cut(): Promise<string>;
  remove(): Promise<void>;
}

/** A file system of its own that syncs nothing by itself; undefined for users who may mount none. */
export async function createCuttableDisk(sizeBytes = 64 * 1024 * 1024): Promise<CuttableDisk | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'image2model-cut-'));
  const mounted: string[] = [];
  let cuts = 0;
  const mount = async (image: string, at: string): Promise<string> => {
    await mkdir(at);
    await run('mount', ['-o', 'loop,commit=900', image, at]);
    mounted.push(at);
    return at;
  };
  const remove = async (): Promise<void> => {
    for (const at of mounted.splice(0).toReversed()) await run('umount', [at]).catch(() => run('umount', ['-l', at]));
    await rm(directory, { recursive: true, force: true });
  };
  const image = join(directory, 'image');
  try {
    await writeFile(image, '');
    await truncate(image, sizeBytes);
    await run('mkfs.ext4', ['-q', '-F', image]);
    const disk = await mount(image, join(directory, 'disk'));
    return {
      directory: disk,
      async cut() {
        cuts += 1;
        const [copy, at] = [join(directory, `image-${cuts}`), join(directory, `cut-${cuts}`)];
        await run('cp', ['--sparse=always', image, copy]);
        return await mount(copy, at);
      },
      remove,
    };
  } catch {
    await remove();
    return undefined;
  }
}
