import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { compose } from './compose.ts';
import type { Composite } from './compose.ts';
import type { GroundKind, Rgb } from './grounds.ts';
import { createRandom } from './random.ts';
import type { Source, Sources } from './sources.ts';

/** One composite that is to be made. */
export interface Planned {
  name: string;
  cutout: Source;
  ground: GroundKind;
  /** The photos that the ground is made from. */
  photos: Source[];
  seed: string;
  wild: boolean;
}

/** Decoded photos that are kept at a time. */
const maxOpened = 300;
const photosFor = { plain: 0, textured: 5, blurred: 1 };

/** Goes through the cut-outs again and again until there are `count`, each time with another ground and place. */
export function planComposites(sources: Sources, ground: GroundKind, count: number, wild = false): Planned[] {
  return Array.from({ length: sources.cutouts.length === 0 ? 0 : count }, (_, i) => {
    const cutout = sources.cutouts[i % sources.cutouts.length]!;
    const seed = `${ground} ${Math.floor(i / sources.cutouts.length)} ${cutout.file}`;
    const random = createRandom(`photos of ${seed}`);
    const photos = Array.from({ length: photosFor[ground] }, () => random.pick(sources.photos));
    return { name: `${ground}-${String(i).padStart(4, '0')}`, cutout, ground, photos, seed, wild };
  });
}

/** Makes a planned one; undefined where the cut-out has no clear outline. */
export type MakeComposite = (planned: Planned) => Promise<Composite | undefined>;

/** Keeps the photos that it has decoded, since they are used again and again. */
export function createMaker(folder: string, maxSide?: number): MakeComposite {
  const opened = new Map<string, Rgb>();
  const open = async ({ file }: Source): Promise<Rgb> => {
    const kept = opened.get(file);
    if (kept) return kept;
    if (opened.size >= maxOpened) opened.clear();
    const photo = await openPhoto(await readFile(join(folder, file)), 1.7 * (maxSide ?? 960));
    opened.set(file, photo);
    return photo;
  };
  return async ({ cutout, photos, ground, seed, wild }) => {
    const grounds: Rgb[] = [];
    for (const photo of photos) grounds.push(await open(photo));
    const bytes = await readFile(join(folder, cutout.file));
    return compose({ cutout: bytes, photos: grounds, ground, seed, wild, ...(maxSide && { maxSide }) });
  };
}

async function openPhoto(photo: Uint8Array, maxSide: number): Promise<Rgb> {
  const side = Math.round(maxSide);
  const { data, info } = await sharp(photo)
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#888' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error('A photo was not decoded to three channels.');
  return { width: info.width, height: info.height, rgb: data };
}
