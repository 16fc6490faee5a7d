import sharp from 'sharp';

/** `cutout`: an object on transparent ground; `photo`: opaque; `drawing`: areas of one colour, as no camera sees them. */
export type PictureKind = 'cutout' | 'photo' | 'drawing';

/** Smaller pictures show nothing. */
const minLongSide = 50;
const minShortSide = 30;
/** Looked at in this size, so that the smoothness of large photos does not count. */
const lookedAt = 360;
/** Share of transparent pixels from which a picture is a cut-out. */
const minTransparent = 0.03;
/** Share of the pixels equal to their right neighbour, white and black ones aside, from which a picture is drawn. */
const maxFlat = { cutout: 0.2, photo: 0.55 };

/** What a picture is, and its longer side in pixels; undefined where it is too small or cannot be read. */
export async function classify(bytes: Uint8Array): Promise<{ kind: PictureKind; longSide: number } | undefined> {
  try {
    const { width, height, pages } = await sharp(bytes).metadata();
    if (Math.max(width, height) < minLongSide || Math.min(width, height) < minShortSide || (pages ?? 1) > 1) {
      return undefined;
    }
    const { data, info } = await sharp(bytes, { limitInputPixels: 1e8 })
      .resize(lookedAt, lookedAt, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const kind = kindOf(data, info.width);
    return kind && { kind, longSide: Math.max(width, height) };
  } catch {
    return undefined;
  }
}

/** Of RGBA pixels. */
export function kindOf(rgba: Uint8Array, width: number): PictureKind | undefined {
  const pixels = rgba.length / 4;
  let [transparent, opaque, coloured, flat] = [0, 0, 0, 0];
  for (let i = 0; i < pixels; i++) {
    const at = 4 * i;
    if (rgba[at + 3]! < 128) transparent++;
    if (i % width === width - 1 || rgba[at + 3]! < 250 || rgba[at + 7]! < 250) continue;
    opaque++;
    const sum = rgba[at]! + rgba[at + 1]! + rgba[at + 2]!;
    if (sum < 12 || sum > 3 * 251) continue;
    coloured++;
    if ([0, 1, 2].every((c) => rgba[at + c] === rgba[at + 4 + c])) flat++;
  }
  if (opaque < 0.02 * pixels) return undefined;
  const kind = transparent >= minTransparent * pixels ? 'cutout' : 'photo';
  return flat > maxFlat[kind] * coloured || coloured < 0.03 * opaque ? 'drawing' : kind;
}
