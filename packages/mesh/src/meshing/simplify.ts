import { MeshoptSimplifier } from 'meshoptimizer';
import { nextCorner, oppositeEdges } from './half-edges.ts';
import type { Sheet } from './sheet.ts';

/** Twice the area in square cells; smaller triangles count as degenerate. */
const minArea = 1e-3;

/** A simplified sheet, and for each of its vertices the one of the original that it was. */
interface Simplified {
  sheet: Sheet;
  origin: Uint32Array;
}

/**
 * Fewer triangles in the same outline. Simplified in the plane, with the height as an attribute, so that edge collapses
 * cannot fold the sheet; simplifying the closed solid in 3D leaves folds where it is thin.
 * @param locked 1 for each vertex that must stay.
 */
export async function simplifySheet(sheet: Sheet, targetTriangles: number, locked?: Uint8Array): Promise<Simplified> {
  const count = sheet.vertices.length / 3;
  if (sheet.triangles.length / 3 <= targetTriangles)
    return { sheet, origin: Uint32Array.from({ length: count }, (_, v) => v) };
  await MeshoptSimplifier.ready;
  const flat = sheet.vertices.slice();
  const heights = new Float32Array(count);
  const extent = span(flat);
  for (let i = 0; i < count; i++) {
    heights[i] = flat[3 * i + 2]! / extent;
    flat[3 * i + 2] = 0;
  }
  const [simplified] = MeshoptSimplifier.simplifyWithAttributes(
    sheet.triangles,
    flat,
    3,
    heights,
    1,
    [1],
    locked ?? null,
    Math.max(3, Math.floor(targetTriangles) * 3),
    1,
  );
  const triangles = simplified.slice();
  flipSlivers(sheet.vertices, triangles);
  return compact({ vertices: sheet.vertices, triangles: dropSlivers(sheet.vertices, triangles) });
}

/** Twice the signed area in the picture's plane. */
function area(vertices: Float32Array, a: number, b: number, c: number): number {
  const ax = vertices[3 * a]!;
  const ay = vertices[3 * a + 1]!;
  return (vertices[3 * b]! - ax) * (vertices[3 * c + 1]! - ay) - (vertices[3 * c]! - ax) * (vertices[3 * b + 1]! - ay);
}

/** Drops the vertices that no triangle uses. */
function compact(sheet: Sheet): Simplified {
  const ids = new Int32Array(sheet.vertices.length / 3).fill(-1);
  const triangles = new Uint32Array(sheet.triangles.length);
  let count = 0;
  for (let i = 0; i < triangles.length; i++) {
    const old = sheet.triangles[i]!;
    if (ids[old] === -1) ids[old] = count++;
    triangles[i] = ids[old]!;
  }
  const vertices = new Float32Array(count * 3);
  const origin = new Uint32Array(count);
  for (let old = 0; old < ids.length; old++) {
    const id = ids[old]!;
    if (id === -1) continue;
    origin[id] = old;
    for (let c = 0; c < 3; c++) vertices[3 * id + c] = sheet.vertices[3 * old + c]!;
  }
  return { sheet: { vertices, triangles }, origin };
}

/** Flips the longest edge of degenerate and folded triangles where that leaves two valid ones. */
function flipSlivers(vertices: Float32Array, triangles: Uint32Array): void {
  for (let pass = 0; pass < 6; pass++) {
    const opposite = oppositeEdges(triangles);
    const touched = new Uint8Array(triangles.length / 3);
    let flips = 0;
    for (let t = 0; t < touched.length; t++) {
      if (touched[t] || isValid(vertices, triangles[3 * t]!, triangles[3 * t + 1]!, triangles[3 * t + 2]!)) continue;
      for (const edge of byLength(vertices, triangles, t)) {
        const other = opposite[edge]!;
        if (other === -1 || touched[Math.floor(other / 3)]) continue;
        const a = triangles[edge]!;
        const b = triangles[nextCorner(edge)]!;
        const c = triangles[nextCorner(nextCorner(edge))]!;
        const d = triangles[nextCorner(nextCorner(other))]!;
        if (!isValid(vertices, a, d, c) || !isValid(vertices, d, b, c)) continue;
        triangles.set([a, d, c], 3 * t);
        triangles.set([d, b, c], 3 * Math.floor(other / 3));
        touched[t] = touched[Math.floor(other / 3)] = 1;
        flips++;
        break;
      }
    }
    if (flips === 0) return;
  }
}

/** Drops what could not be flipped; on the boundary this moves the outline by less than a hundredth of a cell. */
function dropSlivers(vertices: Float32Array, triangles: Uint32Array): Uint32Array {
  const kept = new Uint32Array(triangles.length);
  let count = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    if (!isValid(vertices, a, b, c)) continue;
    kept[count++] = a;
    kept[count++] = b;
    kept[count++] = c;
  }
  return kept.slice(0, count);
}

function isValid(vertices: Float32Array, a: number, b: number, c: number): boolean {
  return area(vertices, a, b, c) > minArea;
}

function byLength(vertices: Float32Array, triangles: Uint32Array, t: number): number[] {
  const length = (edge: number): number => {
    const a = 3 * triangles[edge]!;
    const b = 3 * triangles[nextCorner(edge)]!;
    return (vertices[a]! - vertices[b]!) ** 2 + (vertices[a + 1]! - vertices[b + 1]!) ** 2;
  };
  return [3 * t, 3 * t + 1, 3 * t + 2].sort((x, y) => length(y) - length(x) || x - y);
}

function span(vertices: Float32Array): number {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < vertices.length; i += 3) {
    left = Math.min(left, vertices[i]!);
    right = Math.max(right, vertices[i]!);
    low = Math.min(low, vertices[i + 1]!);
    high = Math.max(high, vertices[i + 1]!);
  }
  return Math.max(right - left, high - low);
}
