import type { Solid } from './solid.ts';

/** How far inside an edge and a face a point must lie to count, as a share of them. */
const inside = 1e-4;

/** Pairs of triangles without a common corner that go through each other. */
export function countCrossings({ positions, triangles }: Solid): number {
  const boxes = boundingBoxes(positions, triangles);
  const cells = sortIntoCells(boxes, triangles.length / 3);
  let crossings = 0;
  for (const members of cells.lists.values()) {
    for (let i = 0; i < members.length; i++) {
      for (let j = i + 1; j < members.length; j++) {
        const [a, b] = [members[i]!, members[j]!];
        // A pair that shares several cells counts in the first of them only.
        if (!boxesMeet(boxes, a, b) || cells.firstCommon(a, b) !== members) continue;
        if (!shareCorner(triangles, a, b) && cross(positions, triangles, a, b)) crossings++;
      }
    }
  }
  return crossings;
}

/** Six numbers per triangle: the lowest corner, then the highest. */
function boundingBoxes(positions: Float32Array, triangles: Uint32Array): Float32Array {
  const boxes = new Float32Array(2 * triangles.length);
  for (let t = 0; t < triangles.length / 3; t++) {
    for (let axis = 0; axis < 3; axis++) {
      const values = [0, 1, 2].map((corner) => positions[3 * triangles[3 * t + corner]! + axis]!);
      boxes[6 * t + axis] = Math.min(...values);
      boxes[6 * t + 3 + axis] = Math.max(...values);
    }
  }
  return boxes;
}

interface Cells {
  lists: Map<number, number[]>;
  /** The list of the first cell that both boxes reach. */
  firstCommon(a: number, b: number): number[] | undefined;
}

/** A grid of about as many cells as there are triangles on a side's square. */
function sortIntoCells(boxes: Float32Array, count: number): Cells {
  const side = Math.max(1, Math.min(128, Math.round(Math.sqrt(count / 2))));
  const low = [Infinity, Infinity, Infinity];
  let extent = 0;
  for (let axis = 0; axis < 3; axis++) {
    let high = -Infinity;
    for (let t = 0; t < count; t++) {
      low[axis] = Math.min(low[axis]!, boxes[6 * t + axis]!);
      high = Math.max(high, boxes[6 * t + 3 + axis]!);
    }
    extent = Math.max(extent, high - low[axis]!);
  }
  const cellOf = (value: number, axis: number): number =>
    Math.min(side - 1, Math.floor(((value - low[axis]!) / (extent || 1)) * side));
  const key = (x: number, y: number, z: number): number => (x * side + y) * side + z;
  const lists = new Map<number, number[]>();
  for (let t = 0; t < count; t++) {
    const from = [0, 1, 2].map((axis) => cellOf(boxes[6 * t + axis]!, axis)) as [number, number, number];
    const to = [0, 1, 2].map((axis) => cellOf(boxes[6 * t + 3 + axis]!, axis)) as [number, number, number];
    for (let x = from[0]; x <= to[0]; x++) {
      for (let y = from[1]; y <= to[1]; y++) {
        for (let z = from[2]; z <= to[2]; z++) {
          const list = lists.get(key(x, y, z));
          if (list) list.push(t);
          else lists.set(key(x, y, z), [t]);
        }
      }
    }
  }
  const firstOf = (a: number, b: number, axis: number): number =>
    cellOf(Math.max(boxes[6 * a + axis]!, boxes[6 * b + axis]!), axis);
  return { lists, firstCommon: (a, b) => lists.get(key(firstOf(a, b, 0), firstOf(a, b, 1), firstOf(a, b, 2))) };
}

function boxesMeet(boxes: Float32Array, a: number, b: number): boolean {
  for (let axis = 0; axis < 3; axis++) {
    if (boxes[6 * a + axis]! > boxes[6 * b + 3 + axis]! || boxes[6 * b + axis]! > boxes[6 * a + 3 + axis]!)
      return false;
  }
  return true;
}

function shareCorner(triangles: Uint32Array, a: number, b: number): boolean {
  const others = triangles.subarray(3 * b, 3 * b + 3);
  return triangles.subarray(3 * a, 3 * a + 3).some((corner) => others.includes(corner));
}

/** Two triangles in different planes cross where an edge of one goes through the other. */
function cross(positions: Float32Array, triangles: Uint32Array, a: number, b: number): boolean {
  const cornersOf = (t: number): Float32Array[] =>
    [0, 1, 2].map((corner) => positions.subarray(3 * triangles[3 * t + corner]!, 3 * triangles[3 * t + corner]! + 3));
  const [first, second] = [cornersOf(a), cornersOf(b)];
  return [0, 1, 2].some(
    (edge) =>
      pierces(first[edge]!, first[(edge + 1) % 3]!, second) || pierces(second[edge]!, second[(edge + 1) % 3]!, first),
  );
}

/** Möller and Trumbore's test, with margins. */
function pierces(from: Float32Array, to: Float32Array, face: Float32Array[]): boolean {
  const [a, b, c] = face as [Float32Array, Float32Array, Float32Array];
  const along = minus(to, from);
  const [u, v] = [minus(b, a), minus(c, a)];
  const normal = times(along, v);
  const determinant = dot(u, normal);
  // Nearly parallel, as neighbours in a flat area are.
  if (Math.abs(determinant) < 1e-3 * length(along) * length(u) * length(v)) return false;
  const start = minus(from, a);
  const x = dot(start, normal) / determinant;
  const turned = times(start, u);
  const y = dot(along, turned) / determinant;
  const way = dot(v, turned) / determinant;
  return x > inside && y > inside && x + y < 1 - inside && way > inside && way < 1 - inside;
}

type Vector = [number, number, number];

function minus(a: ArrayLike<number>, b: ArrayLike<number>): Vector {
  return [a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!];
}

function times(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function length(a: Vector): number {
  return Math.hypot(...a);
}
