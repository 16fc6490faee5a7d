import { nextCorner, oppositeEdges } from './half-edges.ts';
import { findOverlaps } from './overlaps.ts';
import type { Overlap } from './overlaps.ts';
import type { Sheet } from './sheet.ts';
import { simplifySheet } from './simplify.ts';

/** Times that a sheet is simplified again with more of its boundary kept. */
const maxRounds = 8;
/** Triangles of the outline that is started from, for each one that is wanted in the end. */
const refined = 10;
/** How far the simplified boundary may stray, in cells, before a loop inside another part counts as its doing. */
const stray = 0.5;

/** Simplifies an outline without laying any part of it over another. Remembers what has to be kept for that. */
export class Untangler {
  #outline: Sheet;
  #locked: Uint8Array;
  #next: Int32Array | undefined;
  #isRefined = false;

  constructor(outline: Sheet) {
    this.#outline = outline;
    this.#locked = new Uint8Array(outline.vertices.length / 3);
  }

  /** The sheet with fewer triangles; undefined where that cannot be done without it lying over itself. */
  async simplify(target: number): Promise<Sheet | undefined> {
    if (!this.#isRefined) {
      this.#isRefined = true;
      await this.#reduceFirst(refined * target);
    }
    return this.#attempt(target);
  }

  /** An outline much finer than what is wanted is made coarser once, so that every later attempt is quick. */
  async #reduceFirst(target: number): Promise<void> {
    if (this.#outline.triangles.length / 3 < 2 * target) return;
    const sheet = await this.#attempt(target);
    if (!sheet) return;
    this.#outline = sheet;
    this.#locked = new Uint8Array(sheet.vertices.length / 3);
    this.#next = undefined;
  }

  async #attempt(target: number): Promise<Sheet | undefined> {
    for (let round = 0; ; round++) {
      const { sheet, origin } = await simplifySheet(this.#outline, target, this.#locked);
      const overlaps = findOverlaps(sheet);
      if (overlaps.length === 0) return sheet;
      if (round === maxRounds || !this.#keepMore(sheet, origin, overlaps)) return undefined;
    }
  }

  /** Locks the vertices of the outline that the edges at fault pass by at the greatest distance; false if there are none. */
  #keepMore(sheet: Sheet, origin: Uint32Array, overlaps: readonly Overlap[]): boolean {
    const alone = overlaps.some((edges) => edges.length === 1);
    const edges = new Set(alone ? boundaryOf(sheet) : overlaps.flat());
    let locks = 0;
    for (const edge of edges) {
      const from = origin[sheet.triangles[edge]!]!;
      const to = origin[sheet.triangles[nextCorner(edge)]!]!;
      const { vertex, distance } = this.#farthest(from, to);
      for (const each of alone ? [vertex] : [vertex, from, to]) {
        if (each === -1 || this.#locked[each] || (alone && distance < stray)) continue;
        this.#locked[each] = 1;
        locks++;
      }
    }
    return locks > 0;
  }

  /** The vertex of the outline between two others that is farthest from the line between them. */
  #farthest(from: number, to: number): { vertex: number; distance: number } {
    this.#next ??= nextOnBoundary(this.#outline);
    const { vertices } = this.#outline;
    const [ax, ay] = [vertices[3 * from]!, vertices[3 * from + 1]!];
    const [dx, dy] = [vertices[3 * to]! - ax, vertices[3 * to + 1]! - ay];
    const length = Math.hypot(dx, dy) || 1;
    let [vertex, distance] = [-1, 0];
    let at = this.#next[from]!;
    for (let steps = 0; at !== -1 && at !== to && steps < this.#next.length; steps++) {
      const [px, py] = [vertices[3 * at]! - ax, vertices[3 * at + 1]! - ay];
      const along = Math.min(Math.max((px * dx + py * dy) / length, 0), length);
      const away = Math.hypot(px - (along * dx) / length, py - (along * dy) / length);
      if (away > distance) [vertex, distance] = [at, away];
      at = this.#next[at]!;
    }
    return at === to ? { vertex, distance } : { vertex: -1, distance: 0 };
  }
}

function boundaryOf({ triangles }: Sheet): number[] {
  const opposite = oppositeEdges(triangles);
  return Array.from(triangles.keys()).filter((edge) => opposite[edge] === -1);
}

/** The vertex after each vertex of the boundary; -1 for all others. */
function nextOnBoundary(sheet: Sheet): Int32Array {
  const next = new Int32Array(sheet.vertices.length / 3).fill(-1);
  for (const edge of boundaryOf(sheet)) next[sheet.triangles[edge]!] = sheet.triangles[nextCorner(edge)]!;
  return next;
}
