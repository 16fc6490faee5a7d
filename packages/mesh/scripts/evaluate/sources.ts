import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kindOf } from './kinds.ts';
import type { PictureKind } from '../fetch-photos/classify.ts';
import { splitOf } from './split.ts';
import type { Split } from './split.ts';

/** A gathered picture, as sources.json has it. */
export interface Source {
  /** Inside the folder. */
  file: string;
  kind: PictureKind;
  /** Pixels. */
  longSide: number;
  package: string;
  licence: string;
  sha256: string;
}

/** What composites are made of, and the photos that are judged without a mask. */
export interface Sources {
  cutouts: Source[];
  photos: Source[];
  /** Those of both splits whose thickness is known. */
  kinds: Source[];
}

/** Smaller ones look enlarged. */
const minLongSide = { cutout: 150, photo: 190 };

/** The pictures of one split. @throws Error where the folder was not filled by fetch-photos.ts. */
export async function readSources(folder: string, split: Split): Promise<Sources> {
  const text = await readFile(join(folder, 'sources.json'), 'utf8').catch(() => {
    throw new Error(
      `${folder} has no sources.json. Fill it with: node packages/mesh/scripts/fetch-photos.ts ${folder}`,
    );
  });
  const all = (JSON.parse(text) as Source[]).sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const large = (kind: 'cutout' | 'photo'): Source[] =>
    all.filter((one) => one.kind === kind && one.longSide >= minLongSide[kind] && splitOf(one.file) === split);
  return {
    cutouts: large('cutout'),
    photos: large('photo'),
    kinds: all.filter(({ file }) => kindOf(file)),
  };
}
