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
   * Reserves a name for all files of a model. If one of them is in use, a number is added (`chair-2.glb`); with `force` a
   * file from before this run is replaced, but never one of this run.
   */
  reserve(inputName: string, extensions: readonly string[]): Promise<Place>;
}

/** The files of a model, of which none appears before all are there. */
export interface Place {
  /** Writes a file beside its place. */
  write(extension: string, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
  /** Puts all files in their places. Gives their paths, in the order of the extensions. */
  finish(): Promise<string[]>;
  /** Leaves nothing of them. */
  abandon(): Promise<void>;
}

export function createOutput({ directory, force }: OutputOptions): Output {
  const taken = new Set<string>();

  /** Whether the file is new, or undefined if its name is in use. */
  const claim = async (path: string): Promise<boolean | undefined> => {
    if (taken.has(path.toLowerCase())) return undefined;
    try {
      // Reserves the name while the model is being downloaded.
      await (await open(path, 'wx')).close();
      taken.add(path.toLowerCase());
      return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      if (!force) return undefined;
      taken.add(path.toLowerCase());
      return false;
    }
  };

  const release = async (files: readonly File[]): Promise<void> => {
    for (const { path, isNew } of files) {
      await rm(`${path}.part`, { force: true });
      if (isNew) await rm(path, { force: true });
      taken.delete(path.toLowerCase());
    }
  };

  return {
    async reserve(inputName, extensions) {
      await mkdir(directory, { recursive: true });
      const stem = parse(inputName).name;
      for (let count = 1; ; count += 1) {
        const files: File[] = [];
        for (const extension of extensions) {
          const path = join(directory, `${count === 1 ? stem : `${stem}-${count}`}.${extension}`);
          const isNew = await claim(path);
          if (isNew === undefined) break;
          files.push({ path, extension, isNew });
        }
        if (files.length === extensions.length) return createPlace(files, release);
        await release(files);
      }
    },
  };
}

interface File {
  path: string;
  extension: string;
  /** Whether it was not there before. */
  isNew: boolean;
}

function createPlace(files: readonly File[], release: (files: readonly File[]) => Promise<void>): Place {
  return {
    async write(extension, body, signal) {
      const file = files.find((each) => each.extension === extension);
      if (file !== undefined) await pipeline(body, createWriteStream(`${file.path}.part`), { signal });
    },
    async finish() {
      for (const { path } of files) await rename(`${path}.part`, path);
      return files.map(({ path }) => path);
    },
    abandon: () => release(files),
  };
}
