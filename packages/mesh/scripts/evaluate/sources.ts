import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PictureKind } from '../fetch-photos/classify.ts';
import { splitOf } from './split.ts';
import type { Split } from './split.ts';

/** A gathered picture, as sources.json has it. */
export interface Source {
  /** Inside the folder. */
  file: string;
  kind: PictureKind;
  package: string;
  licence: string;
  sha256: string;
}

/** What composites are made of, and the photos that are judged without a mask. */
export interface Sources {
  cutouts: Source[];
  photos: Source[];
}

/** The pictures of one split. @throws Error where the folder was not filled by fetch-photos.ts. */
export async function readSources(folder: string, split: Split): Promise<Sources> {
  const text = await readFile(join(folder, 'sources.json'), 'utf8').catch(() => {
    throw new Error(
      `${folder} has no sources.json. Fill it with: node packages/mesh/scripts/fetch-photos.ts ${folder}`,
    );
  });
  const all = (JSON.parse(text) as Source[]).filter(({ file }) => splitOf(file) === split);
  return { cutouts: all.filter(({ kind }) => kind === 'cutout'), photos: all.filter(({ kind }) => kind === 'photo') };
}
