import type { Sheet } from './marching-squares.ts';
import { Growing } from './marching-squares.ts';
import { nextCorner, oppositeEdges } from './half-edges.ts';

/** Height that a vertex inside the outline has at least, in cells: front and back must not touch. */
const leastHeight = 0.05;

/**
 * Makes a sheet ready to be mirrored: vertices on the border at height 0, all others above it; no edge inside joins
 * two border vertices (mirrored, it would be used by four faces); no vertex is shared by two fans.
 * @param heightAt Height of the surface in cells at a point of the sheet's plane.
 */
export function repairSheet(sheet: Sheet, heightAt: (x: number, y: number) => number): Sheet {
  const separate = splitPinches(sheet);
  const opposite = oppositeEdges(separate.triangles);
  const rim = rimOf(separate.triangles, opposite, separate.vertices.length / 3);
  const vertices = new Growing(Float32Array);
  for (let v = 0; v < rim.length; v++) {
    const z = rim[v] ? 0 : Math.max(separate.vertices[3 * v + 2]!, leastHeight);
    vertices.push(separate.vertices[3 * v]!, separate.vertices[3 * v + 1]!, z);
  }
  const triangles = splitChords(separate, opposite, rim, vertices, heightAt);
  return { vertices: vertices.done(), triangles };
}

/** Which vertices lie on the border. */
export function rimOf(triangles: Uint32Array, opposite: Int32Array, vertices: number): Uint8Array {
  const rim = new Uint8Array(vertices);
  for (let edge = 0; edge < triangles.length; edge++) {
    if (opposite[edge] === -1) rim[triangles[edge]!] = rim[triangles[nextCorner(edge)]!] = 1;
  }
  return rim;
}

/** Gives each fan of a vertex where several fans touch a vertex of its own, moved a little into the fan. */
function splitPinches(sheet: Sheet): Sheet {
  const { triangles } = sheet;
  const opposite = oppositeEdges(triangles);
  const fanOf = new Int32Array(triangles.length).fill(-1);
  const fansAt = new Int32Array(sheet.vertices.length / 3);
  const pinched: number[] = [];
  for (let start = 0; start < triangles.length; start++) {
    if (fanOf[start] !== -1) continue;
    const fan = fansAt[triangles[start]!]!++;
    if (fan === 1) pinched.push(triangles[start]!);
    walkFan(start, opposite, (corner) => (fanOf[corner] = fan));
  }
  if (pinched.length === 0) return sheet;

  const vertices = new Growing(Float32Array);
  for (let i = 0; i < sheet.vertices.length; i += 3) {
    vertices.push(sheet.vertices[i]!, sheet.vertices[i + 1]!, sheet.vertices[i + 2]!);
  }
  const split = triangles.slice();
  const ids = new Map<string, number>();
  for (let corner = 0; corner < triangles.length; corner++) {
    const vertex = triangles[corner]!;
    if (fansAt[vertex]! < 2) continue;
    const key = `${vertex}/${fanOf[corner]!}`;
    let id = ids.get(key);
    if (id === undefined) {
      id = vertices.length / 3;
      ids.set(key, id);
      const [x, y] = centroid(sheet, corner - (corner % 3));
      const px = sheet.vertices[3 * vertex]!;
      const py = sheet.vertices[3 * vertex + 1]!;
      vertices.push(px + 0.03 * (x - px), py + 0.03 * (y - py), sheet.vertices[3 * vertex + 2]!);
    }
    split[corner] = id;
  }
  return { vertices: vertices.done(), triangles: split };
}

/** Visits every corner of the fan that `start` belongs to, both ways round its vertex. */
function walkFan(start: number, opposite: Int32Array, visit: (corner: number) => void): void {
  let corner = start;
  do {
    visit(corner);
    const previous = nextCorner(nextCorner(corner));
    corner = opposite[previous]!;
  } while (corner !== -1 && corner !== start);
  if (corner === start) return;
  corner = start;
  for (;;) {
    const across = opposite[corner]!;
    if (across === -1) return;
    corner = nextCorner(across);
    visit(corner);
  }
}

function splitChords(
  sheet: Sheet,
  opposite: Int32Array,
  rim: Uint8Array,
  vertices: Growing<Float32Array>,
  heightAt: (x: number, y: number) => number,
): Uint32Array {
  const { triangles } = sheet;
  const middle = new Int32Array(triangles.length).fill(-1);
  const result = new Growing(Uint32Array);
  const raise = (x: number, y: number, reach: number): number => {
    vertices.push(x, y, Math.max(heightAt(x, y), leastHeight, 0.1 * reach));
    return vertices.length / 3 - 1;
  };
  for (let edge = 0; edge < triangles.length; edge++) {
    const other = opposite[edge]!;
    const a = triangles[edge]!;
    const b = triangles[nextCorner(edge)]!;
    if (other === -1 || middle[edge] !== -1 || !rim[a] || !rim[b]) continue;
    const [ax, ay] = [sheet.vertices[3 * a]!, sheet.vertices[3 * a + 1]!];
    const [bx, by] = [sheet.vertices[3 * b]!, sheet.vertices[3 * b + 1]!];
    middle[edge] = middle[other] = raise((ax + bx) / 2, (ay + by) / 2, Math.hypot(ax - bx, ay - by));
  }
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!] as const;
    const middles = [middle[t]!, middle[t + 1]!, middle[t + 2]!] as const;
    if (opposite[t] === -1 && opposite[t + 1] === -1 && opposite[t + 2] === -1) {
      const [x, y] = centroid(sheet, t);
      const top = raise(x, y, 1);
      for (let c = 0; c < 3; c++) result.push(corners[c]!, corners[(c + 1) % 3]!, top);
    } else emitSplit(corners, middles, result);
  }
  return result.done();
}

/** The triangle cut at the middles that are given (-1: none). */
function emitSplit(
  corners: readonly [number, number, number],
  middles: readonly [number, number, number],
  result: Growing<Uint32Array>,
): void {
  const cuts = middles.filter((m) => m !== -1).length;
  if (cuts === 0) result.push(...corners);
  else if (cuts === 3) {
    const [a, b, c] = corners;
    const [ab, bc, ca] = middles;
    result.push(a, ab, ca, b, bc, ab, c, ca, bc, ab, bc, ca);
  } else {
    // Turned so that the first edge is cut and, of two cuts, the second edge too.
    let turn = middles.findIndex((m) => m !== -1);
    if (cuts === 2 && middles[(turn + 1) % 3] === -1) turn = (turn + 2) % 3;
    const [a, b, c] = [corners[turn]!, corners[(turn + 1) % 3]!, corners[(turn + 2) % 3]!];
    const [ab, bc] = [middles[turn]!, middles[(turn + 1) % 3]!];
    if (cuts === 1) result.push(a, ab, c, ab, b, c);
    else result.push(ab, b, bc, a, ab, bc, a, bc, c);
  }
}

function centroid(sheet: Sheet, t: number): [number, number] {
  const [a, b, c] = [3 * sheet.triangles[t]!, 3 * sheet.triangles[t + 1]!, 3 * sheet.triangles[t + 2]!];
  const { vertices } = sheet;
  return [
    (vertices[a]! + vertices[b]! + vertices[c]!) / 3,
    (vertices[a + 1]! + vertices[b + 1]! + vertices[c + 1]!) / 3,
  ];
}
