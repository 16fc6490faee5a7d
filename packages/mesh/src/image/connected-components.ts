/** Connected regions of a mask. */
export interface Components {
  /** For each pixel the number of its region, or -1. */
  labels: Int32Array;
  /** Pixels in each region. */
  areas: number[];
  /** Whether each region reaches the border of the image. */
  touchesBorder: boolean[];
}

/** The label of a pixel that belongs to a region, but to which one is not known yet. */
const unseen = -2;

/** Labels the regions where `mask` equals `value`, joined across edges (4) or corners too (8). */
export function findComponents(
  mask: Uint8Array,
  width: number,
  height: number,
  value: 0 | 1,
  neighbours: 4 | 8,
): Components {
  const labels = new Int32Array(mask.length);
  for (let i = 0; i < mask.length; i++) labels[i] = mask[i] === value ? unseen : -1;
  const areas: number[] = [];
  const touchesBorder: boolean[] = [];
  const queue = new Int32Array(mask.length);
  const corners = neighbours === 8;
  for (let start = 0; start < mask.length; start++) {
    if (labels[start] !== unseen) continue;
    const label = areas.length;
    let border = false;
    let tail = 1;
    queue[0] = start;
    labels[start] = label;
    for (let head = 0; head < tail; head++) {
      const at = queue[head]!;
      const x = at % width;
      const [left, right] = [x > 0, x < width - 1];
      const [above, below] = [at - width, at + width];
      border ||= !left || !right || above < 0 || below >= mask.length;
      if (left && labels[at - 1] === unseen) labels[(queue[tail++] = at - 1)] = label;
      if (right && labels[at + 1] === unseen) labels[(queue[tail++] = at + 1)] = label;
      // Above the first row and below the last there are no labels at all.
      if (labels[above] === unseen) labels[(queue[tail++] = above)] = label;
      if (labels[below] === unseen) labels[(queue[tail++] = below)] = label;
      if (!corners) continue;
      if (left && labels[above - 1] === unseen) labels[(queue[tail++] = above - 1)] = label;
      if (right && labels[above + 1] === unseen) labels[(queue[tail++] = above + 1)] = label;
      if (left && labels[below - 1] === unseen) labels[(queue[tail++] = below - 1)] = label;
      if (right && labels[below + 1] === unseen) labels[(queue[tail++] = below + 1)] = label;
    }
    areas.push(tail);
    touchesBorder.push(border);
  }
  return { labels, areas, touchesBorder };
}
