/** What a person draws over a picture: this belongs to the object, or does not. */
export interface Stroke {
  kind: 'keep' | 'remove';
  /** Half the width of the brush, in pixels of the picture. */
  radius: number;
  /** From the left and from the top, in pixels of the picture: the centre of the first pixel is at 0.5, 0.5. */
  points: readonly (readonly [x: number, y: number])[];
}

/** 1 where the stroke goes; never nothing within the picture, however thin the brush is. */
export function strokePixels({ radius, points }: Stroke, width: number, height: number): Uint8Array {
  const painted = new Uint8Array(width * height);
  const reach = Math.max(radius, Math.SQRT1_2);
  for (const [index, to] of points.entries()) {
    const from = points[Math.max(0, index - 1)] ?? to;
    paintSegment(painted, width, height, from, to, reach);
  }
  return painted;
}

/** Whether both draw the same. */
export function sameStroke(a: Stroke, b: Stroke): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.radius !== b.radius || a.points.length !== b.points.length) return false;
  return a.points.every(([x, y], index) => b.points[index]?.[0] === x && b.points[index]?.[1] === y);
}

/** All pixels whose centre is within `reach` of the line between two points. */
function paintSegment(
  painted: Uint8Array,
  width: number,
  height: number,
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
  reach: number,
): void {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const length = dx * dx + dy * dy;
  const left = Math.max(0, Math.floor(Math.min(fromX, toX) - reach));
  const right = Math.min(width - 1, Math.ceil(Math.max(fromX, toX) + reach));
  const top = Math.max(0, Math.floor(Math.min(fromY, toY) - reach));
  const bottom = Math.min(height - 1, Math.ceil(Math.max(fromY, toY) + reach));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - fromX, y + 0.5 - fromY];
      const along = length > 0 ? Math.min(Math.max((px * dx + py * dy) / length, 0), 1) : 0;
      const distance = (px - along * dx) ** 2 + (py - along * dy) ** 2;
      if (distance <= reach * reach) painted[y * width + x] = 1;
    }
  }
}
