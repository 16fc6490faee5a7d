import { boxOf } from './box.ts';
import { moveTo } from './placement.ts';
import type { Placement } from './placement.ts';
import type { Part, ReadModel } from './read-parts.ts';

/** Parts in metres, Y up, at the size and the place that are asked for. */
export function placeParts({ parts }: ReadModel, placement: Placement): Part[] {
  return movedParts(parts, placement, 1, 1000);
}

/**
 * Parts for a printer: in millimetres, Z up. A solid stands as it does in the picture; what has a level back, such as
 * a relief, lies on it, since on its narrow edge it would fall over.
 */
export function partsForPrint({ parts, restsOnBack }: ReadModel, placement: Placement): Part[] {
  // On its back, what was the front is up, and what was up points away: in a space with Z up, the numbers are the same.
  return movedParts(restsOnBack ? parts : parts.map(stoodUp), placement, 2, 1);
}

function movedParts(parts: Part[], placement: Placement, up: 1 | 2, unitMm: number): Part[] {
  const { scale, shift } = moveTo(boxOf(...parts.map(({ positions }) => positions)), placement, up, unitMm);
  if (scale === 1 && shift.every((value) => value === 0)) return parts;
  return parts.map((part) => ({
    ...part,
    positions: part.positions.map((value, i) => value * scale + shift[i % 3]!),
  }));
}

/** From Y up to Z up. Normals are left as they are: formats for printing have none. */
function stoodUp(part: Part): Part {
  const positions = new Float32Array(part.positions.length);
  for (let at = 0; at < positions.length; at += 3) {
    positions[at] = part.positions[at]!;
    positions[at + 1] = -part.positions[at + 2]!;
    positions[at + 2] = part.positions[at + 1]!;
  }
  return { ...part, positions };
}
