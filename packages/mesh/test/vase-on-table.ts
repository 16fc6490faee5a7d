import sharp from 'sharp';
import { alphaMask } from './check-model.ts';
import { draw, noise } from './pictures.ts';

/** Light from the left. */
const shaded = `<linearGradient id="v"><stop offset="0" stop-color="#7c5a1a"/><stop offset="0.4" stop-color="#f4cf6a"/><stop offset="1" stop-color="#8a5d14"/></linearGradient>`;

/**
 * A vase on a grey table in front of a dark, textured wall, 400 × 400, and where it is.
 * @param fill Of the vase, which is shaded otherwise.
 */
export async function vaseOnTable(fill?: string): Promise<{ picture: Uint8Array; mask: Uint8Array }> {
  const shape = `${fill === undefined ? shaded : ''}
    <path transform="translate(-110 -115) scale(1.55)" d="M170 90 h60 l-8 40 q60 50 30 130 q-20 40 -52 40 q-32 0 -52 -40 q-30 -80 30 -130 z" fill="${fill ?? 'url(#v)'}"/>`;
  const vase = await draw(400, 400, shape);
  const wall = await sharp(await noise(400, 400))
    .linear(0.7, 0)
    .png()
    .toBuffer();
  const table = await draw(400, 400, '<rect y="250" width="400" height="150" fill="#7f96a8" opacity="0.85"/>');
  const picture = await sharp(wall)
    .composite([{ input: Buffer.from(table) }, { input: Buffer.from(vase) }])
    .png()
    .toBuffer();
  return { picture, mask: await alphaMask(vase) };
}
