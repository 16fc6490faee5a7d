import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { MakeComposite, Planned } from './plan.ts';

/**
 * Writes composites as files, for learning: `<name>.jpg`, `<name>.mask.png` (grey, 255 is the object) and `index.json`,
 * which has for each its cut-out, its photos and their licences.
 */
export async function exportComposites(
  into: string,
  planned: readonly Planned[],
  make: MakeComposite,
): Promise<number> {
  await mkdir(into, { recursive: true });
  const index: object[] = [];
  for (const one of planned) {
    const composite = await make(one);
    if (!composite) continue;
    const { width, height, jpeg, mask, cutByBorder, shadow } = composite;
    const png = await sharp(mask, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    await writeFile(join(into, `${one.name}.jpg`), jpeg);
    await writeFile(join(into, `${one.name}.mask.png`), png);
    const sources = [one.cutout, ...one.photos].map(({ file, licence }) => ({ file, licence }));
    index.push({ name: one.name, ground: one.ground, width, height, cutByBorder, shadow, sources });
  }
  await writeFile(join(into, 'index.json'), JSON.stringify(index, null, 1));
  return index.length;
}
