import { findComponents } from '../image/connected-components.ts';
import type { Components } from '../image/connected-components.ts';
import type { Grid } from './grid.ts';

/** Faces that a part or a hole needs at least to be recognisable. */
const facesPerPart = 20;
const facesPerHole = 28;
/** Nodes below which a part is too small to be built. */
const leastNodes = 3;

/**
 * Drops the smallest parts and fills the smallest holes until what is left can be built with `faceLimit` faces.
 * Changes the grid's field; returns sentences that say what was done.
 */
export function dropFeatures(grid: Grid, faceLimit: number): string[] {
  const { columns, rows, field } = grid;
  const inside = Uint8Array.from(field, (f) => (f > 0.5 ? 1 : 0));
  const parts = findComponents(inside, columns, rows, 1, 4);
  const holes = findComponents(inside, columns, rows, 0, 4);
  const features = [
    ...parts.areas.map((area, label) => ({ part: true, label, area, faces: facesPerPart })),
    ...holes.areas.map((area, label) => ({ part: false, label, area, faces: facesPerHole })),
  ].filter(({ part, label }) => part || !holes.touchesBorder[label]);
  features.sort((a, b) => b.area - a.area || Number(b.part) - Number(a.part) || a.label - b.label);
  let faces = 0;
  let kept = 0;
  const droppedParts = new Set<number>();
  const filledHoles = new Set<number>();
  for (const feature of features) {
    const fits = faces + feature.faces <= faceLimit || kept === 0;
    if (fits && (!feature.part || feature.area >= leastNodes || kept === 0)) {
      faces += feature.faces;
      kept++;
    } else (feature.part ? droppedParts : filledHoles).add(feature.label);
  }
  erase(field, parts, droppedParts, 0);
  erase(field, holes, filledHoles, 1);
  const warnings: string[] = [];
  const visible = [...droppedParts].filter((label) => parts.areas[label]! >= leastNodes).length;
  if (visible > 0) warnings.push(`${count(visible, 'small separate part')} left out to stay within the face limit.`);
  if (filledHoles.size > 0)
    warnings.push(`${count(filledHoles.size, 'small hole')} closed to stay within the face limit.`);
  return warnings;
}

function erase(field: Float32Array, { labels }: Components, which: Set<number>, value: number): void {
  if (which.size === 0) return;
  for (let i = 0; i < field.length; i++) if (which.has(labels[i]!)) field[i] = value;
}

function count(number: number, what: string): string {
  return number === 1 ? `One ${what} was` : `${number} ${what}s were`;
}
