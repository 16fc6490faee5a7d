import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Picture } from '../../src/image/picture.ts';
import { draw, noise, starrySky, textPage } from '../../test/pictures.ts';

/** A picture, and the right cut: 0 or 1 for each pixel; all 0 where there is no object. */
export interface Known {
  picture: Picture;
  mask: Float32Array;
}

/** As large as `cutImage` looks at a photo. */
const side = 320;

/** The composites in a folder, as `evaluate.ts --export` writes them. */
export async function* readComposites(folder: string): AsyncGenerator<Known> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.mask.png')).sort();
  for (const file of files) {
    const picture = await open(join(folder, file.replace('.mask.png', '.jpg')));
    const { data } = await sharp(join(folder, file))
      .resize(picture.width, picture.height, { fit: 'fill' })
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    yield { picture, mask: Float32Array.from(data, (v) => (v >= 128 ? 1 : 0)) };
  }
}

/** Pictures without an object: text, skies full of stars, texture, gradients. */
export async function* drawEmpty(): AsyncGenerator<Known> {
  for (let n = 0; n < 12; n++) {
    const [width, height] = n % 2 === 0 ? [640, 480] : [480, 640];
    const drawn = [
      await textPage(width, height, n),
      await starrySky(width, height, n),
      await noise(width, height, n),
      await draw(
        width,
        height,
        `<rect width="${width}" height="${height}" fill="url(#${n % 3 === 0 ? 'wood' : 'studio'})"/>`,
      ),
    ];
    for (const image of drawn) {
      const picture = await open(image);
      yield { picture, mask: new Float32Array(picture.width * picture.height) };
    }
  }
}

async function open(image: string | Uint8Array): Promise<Picture> {
  const { data, info } = await sharp(image)
    .removeAlpha()
    .toColourspace('srgb')
    .resize(side, side, { fit: 'inside', kernel: 'mitchell', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: new Uint8Array(data) };
}
