import type { Picture } from '../image/picture.ts';
import { toLab } from '../image/lab.ts';
import { spreadStroke } from './spread-stroke.ts';
import { sameStroke, strokePixels } from './stroke-pixels.ts';
import type { Stroke } from './stroke-pixels.ts';

/** Cuts that are kept for the next call; the strokes before them are gone through again after so many undone ones. */
const maxKept = 64;

/** What strokes have settled for good: these pixels keep their side, whatever other strokes do nearby. */
export const settled = { nothing: 0, removed: 1, kept: 2 } as const;

/** A cut after some strokes. */
interface Cut {
  coverage: Float32Array;
  /** One of {@link settled} for each pixel. */
  fixed: Uint8Array;
}

/** Gives what {@link cutWithStrokes} gives; strokes that it had in the call before cost nothing. */
export type StrokeCutter = (start: Float32Array, strokes: readonly Stroke[]) => Float32Array;

/**
 * Mends a cut by strokes, one after the other. What a stroke covers is kept or removed for certain, until a later one
 * covers it; from there the change spreads as far as the picture looks the same, by the same cut that finds an object in a
 * scene. It never spreads past the stroke's surroundings, to what is not connected with it, or the other way.
 * @param start 0 to 1 for each pixel of the picture: the cut to mend.
 * @returns 0 to 1 for each pixel. The same strokes give the same cut.
 */
export function cutWithStrokes(picture: Picture, start: Float32Array, strokes: readonly Stroke[]): Float32Array {
  return createStrokeCutter(picture)(start, strokes);
}

/** For a picture that is being drawn on: only what has changed since the last call is cut again. */
export function createStrokeCutter({ rgb, width, height }: Picture): StrokeCutter {
  const lab = toLab(rgb);
  let first: Float32Array | undefined;
  let known: Stroke[] = [];
  /** The cut after so many strokes; the oldest are dropped. */
  let cuts: (Cut | undefined)[] = [];
  return (start, strokes) => {
    if (start !== first) [first, known, cuts] = [start, [], []];
    let same = 0;
    while (same < strokes.length && same < known.length && sameStroke(known[same]!, strokes[same]!)) same++;
    while (same > 0 && !cuts[same]) same--;
    let cut = cuts[same] ?? { coverage: start, fixed: new Uint8Array(start.length) };
    known = [...strokes];
    cuts.length = Math.min(cuts.length, same + 1);
    for (let n = same; n < strokes.length; n++) {
      const stroke = strokes[n]!;
      const painted = strokePixels(stroke, width, height);
      cut = applyStroke({ lab, width, height }, cut, stroke.kind, painted);
      cuts[n + 1] = cut;
      if (n + 1 > maxKept) cuts[n + 1 - maxKept] = undefined;
    }
    return cut.coverage.slice();
  };
}

function applyStroke(
  picture: { lab: Float32Array; width: number; height: number },
  before: Cut,
  kind: Stroke['kind'],
  painted: Uint8Array,
): Cut {
  const keeps = kind === 'keep';
  const fixed = before.fixed.map((f, i) => (painted[i] ? settled[keeps ? 'kept' : 'removed'] : f));
  // Seen from the side that grows, keeping and removing are the same.
  const side = keeps ? before.coverage : before.coverage.map((c) => 1 - c);
  const stays = fixed.map((f) => (f === settled[keeps ? 'removed' : 'kept'] ? 1 : 0));
  const grown = spreadStroke(picture, side, painted, stays);
  if (keeps) return { coverage: grown, fixed };
  // Where nothing has grown, nothing is computed: 1 - (1 - c) is not always c.
  return { coverage: before.coverage.map((c, i) => (grown[i] === side[i] ? c : 1 - grown[i]!)), fixed };
}
