import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { disc, draw } from '../test/pictures.ts';
import { generateModel, inspectMask } from './index.ts';

const white = async (width: number, height: number) => await draw(width, height, '', '#fff');

describe('inspectMask', () => {
  it('reads type and upright size, also of a mask that is coarse and narrow', async () => {
    expect(await inspectMask(await white(320, 4))).toMatchObject({
      format: 'png',
      width: 320,
      height: 4,
      isEmpty: false,
    });
    const turned = await sharp(await white(40, 20))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect(await inspectMask(turned)).toMatchObject({ contentType: 'image/jpeg', width: 20, height: 40 });
    await expect(inspectMask(await white(8, 8))).rejects.toMatchObject({ code: 'IMAGE_TOO_SMALL' });
  });

  it('says of a mask that keeps nothing what the generator would', async () => {
    const photo = await disc(200, 70);
    const dim = await draw(200, 200, '<circle cx="100" cy="100" r="50" fill="#666"/>', '#000');
    expect((await inspectMask(dim)).isEmpty).toBe(true);
    await expect(generateModel(photo, { mask: dim })).rejects.toMatchObject({ code: 'NO_FOREGROUND' });
    const speck = await draw(900, 900, '<rect x="450" y="450" width="3" height="3" fill="#fff"/>', '#000');
    expect((await inspectMask(speck)).isEmpty).toBe(false);
    const cutOut = await draw(200, 200, '<circle cx="100" cy="100" r="50" fill="#000"/>');
    expect((await inspectMask(cutOut)).isEmpty).toBe(false);
  });

  it('is spoken of as a mask, not as a photo, by the generator', async () => {
    const photo = await disc(200, 70);
    for (const mask of [
      new Uint8Array(),
      await white(8, 8),
      Buffer.from('text'),
      photo.subarray(0, photo.length / 2),
    ]) {
      await expect(generateModel(photo, { mask })).rejects.toThrow(/^The mask is /);
    }
  });

  it('rejects what is no image or of a type that a photo alone may have, and what is cut short', async () => {
    const whole = await draw(300, 300, '<circle cx="100" cy="100" r="50" fill="#fff"/>', '#000');
    for (const wrong of [Buffer.from('text'), await sharp(whole).avif().toBuffer()]) {
      await expect(inspectMask(wrong)).rejects.toMatchObject({ code: 'UNSUPPORTED_IMAGE_TYPE' });
    }
    await expect(inspectMask(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({ code: 'IMAGE_UNDECODABLE' });
  });
});
