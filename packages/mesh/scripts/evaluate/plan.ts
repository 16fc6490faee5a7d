import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compose } from './compose.ts';
import type { Composite } from './compose.ts';
import type { GroundKind } from './grounds.ts';
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

const photosFor = { plain: 0, textured: 5, blurred: 1 };

/** Goes through the cut-outs again and again until there are `count`, each time with another ground and place. */
export function planComposites(sources: Sources, ground: GroundKind, count: number, wild = false): Planned[] {
  const order = [...sources.cutouts].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  return Array.from({ length: order.length === 0 ? 0 : count }, (_, i) => {
    const cutout = order[i % order.length]!;
    const seed = `${ground} ${Math.floor(i / order.length)} ${cutout.file}`;
    const random = createRandom(`photos of ${seed}`);
    const photos = Array.from({ length: photosFor[ground] }, () => random.pick(sources.photos));
    return { name: `${ground}-${String(i).padStart(4, '0')}`, cutout, ground, photos, seed, wild };
  });
}

/** Makes a planned one; undefined where the cut-out has no clear outline. */
export async function makeComposite(folder: string, planned: Planned): Promise<Composite | undefined> {
  const { ground, seed, wild } = planned;
  const open = ({ file }: Source): Promise<Uint8Array> => readFile(join(folder, file));
  const [cutout, photos] = await Promise.all([open(planned.cutout), Promise.all(planned.photos.map(open))]);
  return compose({ cutout, ground, seed, wild, photos });
}
