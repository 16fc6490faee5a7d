import { describe, expect, it } from 'vitest';
import { mug } from '../../test/pictures.ts';
import sharp from 'sharp';
import { generateModel, inspectImage } from '../index.ts';

const photo = async (options: { progressive: boolean }): Promise<Uint8Array> =>
  new Uint8Array(
    await sharp(await mug(480))
      .jpeg({ quality: 92, ...options })
      .toBuffer(),
  );

/** A copy whose header says that it is so many times as wide and as high. */
function lie(jpeg: Uint8Array, wide: number, high: number): Uint8Array {
  const copy = jpeg.slice();
  const view = new DataView(copy.buffer);
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    const marker = copy[at + 1]!;
    if (marker < 0xc0 || marker > 0xc2) continue;
    view.setUint16(at + 5, Math.round(view.getUint16(at + 5) * high));
    view.setUint16(at + 7, Math.round(view.getUint16(at + 7) * wide));
    return copy;
  }
}

describe.each([{ progressive: false }, { progressive: true }])('a JPEG, %j', (options) => {
  it.each([
    [1, 0.06],
    [0.06, 1],
    [1, 2],
    [2, 1],
    [1, 8],
  ])('whose header says %d times its width and %d times its height is damaged', async (wide, high) => {
    const image = lie(await photo(options), wide, high);
    await expect(generateModel(image, { faceLimit: 100 })).rejects.toMatchObject({ code: 'IMAGE_UNDECODABLE' });
    await expect(inspectImage(image)).rejects.toMatchObject({ code: 'IMAGE_UNDECODABLE' });
  });

  it('is accepted with something after its end, as cameras write it', async () => {
    const image = await photo(options);
    await expect(inspectImage(Uint8Array.of(...image, ...new Uint8Array(40)))).resolves.toMatchObject({ width: 480 });
  });

  it('is accepted if it is honest, however narrow or rich in detail', async () => {
    const noise = sharp({
      create: {
        width: 400,
        height: 24,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      },
    });
    const image = await noise.jpeg({ quality: 100, chromaSubsampling: '4:4:4', ...options }).toBuffer();
    await expect(inspectImage(new Uint8Array(image))).resolves.toMatchObject({ width: 400, height: 24 });
  });
});
