import { decodeImage } from '../../src/image/decode-image.ts';
import { findComponents } from '../../src/image/connected-components.ts';
import { findCuts } from './cut.ts';
import type { Cut } from './cut.ts';
import { kindOf } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { measureModel } from './measure-model.ts';
import type { Measures } from './measure-model.ts';
import { overlap, toMask } from './overlap.ts';
import type { Source } from './sources.ts';
import { drawTile } from './tile.ts';

/** What came of a photo whose right outline nobody has drawn. */
export interface PhotoRow {
  set: 'photos' | 'kinds';
  name: string;
  method: string;
  score: number;
  /** Intersection over union of the cut with the next one that was found otherwise. */
  agreement?: number;
  /** Pieces of the cut of at least a thousandth of the picture. */
  pieces: number;
  /** Share of the picture's border that is covered. */
  border: number;
  warnings: string[];
  seconds: number;
  /** What thickness it should have, where its name tells. */
  expected?: Kind;
  model: Measures;
}

/** Makes a model of a photo, and measures what can be measured without knowing the right outline. */
export async function judgePhoto(
  set: PhotoRow['set'],
  source: Source,
  image: Uint8Array,
): Promise<{ row: PhotoRow; tile: Uint8Array }> {
  const picture = await decodeImage(image);
  const cuts = findCuts(picture);
  const taken = cuts[0]!;
  const mask = toMask(taken.coverage);
  const agreement = agreementOf(cuts);
  const expected = kindOf(source.file);
  const { measures, model, texture } = await measureModel(image);
  const row: PhotoRow = {
    set,
    name: source.file,
    method: measures.method,
    score: taken.score,
    ...(agreement !== undefined && { agreement }),
    pieces: findComponents(mask, picture.width, picture.height, 1, 4).areas.filter((a) => a >= mask.length / 1000)
      .length,
    border: borderShare(mask, picture.width),
    warnings: measures.warnings,
    seconds: measures.seconds,
    ...(expected && { expected }),
    model: measures,
  };
  const name = source.file.slice(source.file.lastIndexOf('/') + 1);
  const label = `${name} ${row.method} ${measures.shape ?? ''} t${measures.thickness.toFixed(2)}${row.warnings.length > 0 ? ' !' : ''}`;
  return { row, tile: await drawTile(label, picture, taken.coverage, model, texture) };
}

function agreementOf([taken, ...others]: readonly Cut[]): number | undefined {
  const other = others.find(({ method }) => method !== taken?.method && method !== 'relief');
  return taken && other && overlap(toMask(taken.coverage), toMask(other.coverage));
}

/** Of the outermost pixels. */
export function borderShare(mask: Uint8Array, width: number): number {
  const height = mask.length / width;
  let [covered, all] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
    all++;
    covered += mask[i]!;
  }
  return covered / all;
}
