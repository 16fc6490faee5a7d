import { findComponents } from '../image/connected-components.ts';
import type { Components } from '../image/connected-components.ts';
import { meshMessage } from '../messages.ts';
import type { Message } from '../messages.ts';
import type { Grid } from './grid.ts';

/** Faces that a part or a hole needs to be recognisable. */
const minFacesPerPart = 20;
const minFacesPerHole = 28;
/** Nodes that a part needs to be built at all. */
const minNodes = 3;

/**
 * Drops the smallest parts and fills the smallest holes until `faceLimit` faces are enough for the rest.
 * Changes the grid's field; returns what was done.
 */
export function dropFeatures(grid: Grid, faceLimit: number): Message[] {
  const { columns, rows, field } = grid;
  const inside = Uint8Array.from(field, (f) => (f > 0.5 ? 1 : 0));
  const parts = findComponents(inside, columns, rows, 1, 4);
  const holes = findComponents(inside, columns, rows, 0, 4);
  const { droppedParts, filledHoles } = chooseFeatures(parts, holes, faceLimit);
  fill(field, parts, droppedParts, 0);
  fill(field, holes, filledHoles, 1);
  const visible = [...droppedParts].filter((label) => parts.areas[label]! >= minNodes).length;
  return describe(visible, filledHoles.size);
}

/** Goes from the largest feature to the smallest and keeps what fits; at least one. */
function chooseFeatures(
  parts: Components,
  holes: Components,
  faceLimit: number,
): { droppedParts: Set<number>; filledHoles: Set<number> } {
  const features = [
    ...parts.areas.map((area, label) => ({ part: true, label, area, faces: minFacesPerPart })),
    ...holes.areas.map((area, label) => ({ part: false, label, area, faces: minFacesPerHole })),
  ].filter(({ part, label }) => part || !holes.touchesBorder[label]);
  features.sort((a, b) => b.area - a.area || Number(b.part) - Number(a.part) || a.label - b.label);
  let faces = 0;
  let kept = 0;
  const droppedParts = new Set<number>();
  const filledHoles = new Set<number>();
  for (const feature of features) {
    const fits = faces + feature.faces <= faceLimit || kept === 0;
    if (fits && (!feature.part || feature.area >= minNodes || kept === 0)) {
      faces += feature.faces;
      kept++;
    } else (feature.part ? droppedParts : filledHoles).add(feature.label);
  }
  return { droppedParts, filledHoles };
}

function fill(field: Float32Array, { labels }: Components, which: Set<number>, value: number): void {
  if (which.size === 0) return;
  for (let i = 0; i < field.length; i++) if (which.has(labels[i]!)) field[i] = value;
}

function describe(parts: number, holes: number): Message[] {
  const messages: Message[] = [];
  if (parts === 1) messages.push(meshMessage('mesh.parts_dropped_one'));
  else if (parts > 1) messages.push(meshMessage('mesh.parts_dropped', { count: parts }));
  if (holes === 1) messages.push(meshMessage('mesh.holes_closed_one'));
  else if (holes > 1) messages.push(meshMessage('mesh.holes_closed', { count: holes }));
  return messages;
}
