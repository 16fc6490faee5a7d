import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { pipeline } from 'node:stream/promises';

interface OutputOptions {
  directory: string;
  /** Replace files that existed before the run. */
  force: boolean;
}

/** Where models are written to. */
export interface Output {
  /**
   * Writes a model atomically and returns its path. If the name is in use, a number is added (`chair-2.glb`); with `force`
   * a file from before this run is replaced, but never one of this run. If the body breaks off, nothing is left of it.
   */
  save(inputName: string, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string>;
}

export function createOutput({ directory, force }: OutputOptions): Output {
  const written = new Set<string>();

  const reserve = async (stem: string): Promise<{ path: string; isNew: boolean }> => {
    await mkdir(directory, { recursive: true });
    for (let count = 1; ; count += 1) {
      const path = join(directory, count === 1 ? `${stem}.glb` : `${stem}-${count}.glb`);
      if (written.has(path.toLowerCase())) continue;
      written.add(path.toLowerCase());
      try {
        // Reserves the name while the model is being downloaded.
        await (await open(path, 'wx')).close();
        return { path, isNew: true };
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
        if (force) return { path, isNew: false };
      }
    }
  };

  return {
    async save(inputName, body, signal) {
      const { path, isNew } = await reserve(parse(inputName).name);
      const part = `${path}.part`;
      try {
        await pipeline(body, createWriteStream(part), { signal });
        await rename(part, path);
        return path;
      } catch (error) {
        await rm(part, { force: true });
        if (isNew) await rm(path, { force: true });
        written.delete(path.toLowerCase());
        throw error;
      }
    },
  };
}
