import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';

interface MaskOptions {
  directory: string;
  /** Replace a file that is there. */
  force: boolean;
  /** Name of the photo. */
  photo: string;
  /** Id of the cut-out, in small letters. */
  id: string;
  bytes: Buffer;
}

/**
 * Writes a mask as `chair.scene.mask.png` and returns its path. If that name is in use for something else, a number is
 * added.
 */
export async function saveMask({ directory, force, photo, id, bytes }: MaskOptions): Promise<string> {
  await mkdir(directory, { recursive: true });
  for (let count = 1; ; count += 1) {
    const path = join(directory, `${parse(photo).name}.${id}${count === 1 ? '' : `-${count}`}.mask.png`);
    const before = await readFile(path).catch(() => undefined);
    if (before?.equals(bytes)) return path;
    if ((before !== undefined && !force) || !(await reserve(path, force))) continue;
    try {
      await writeFile(`${path}.part`, bytes);
      await rename(`${path}.part`, path);
      return path;
    } catch (error) {
      await rm(`${path}.part`, { force: true });
      if (before === undefined) await rm(path, { force: true });
      throw error;
    }
  }
}

/** False if the name is in use. */
async function reserve(path: string, force: boolean): Promise<boolean> {
  try {
    await (await open(path, force ? 'a' : 'wx')).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
