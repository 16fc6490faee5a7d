/** Connected regions of a mask. */
export interface Components {
  /** For each pixel the number of its region, or -1. */
  labels: Int32Array;
  /** Pixels in each region. */
  areas: number[];
  /** Whether each region reaches the border of the image. */
  touchesBorder: boolean[];
}

/** Labels the regions where `mask` equals `value`, joined across edges (4) or corners too (8). */
export function findComponents(
  mask: Uint8Array,
  width: number,
  height: number,
  value: 0 | 1,
  neighbours: 4 | 8,
): Components {
  const labels = new Int32Array(mask.length).fill(-1);
  const areas: number[] = [];
  const touchesBorder: boolean[] = [];
  const queue = new Int32Array(mask.length);
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] !== value || labels[start] !== -1) continue;
    const label = areas.length;
    let border = false;
    let head = 0;
    let tail = 0;
    queue[tail++] = start;
    labels[start] = label;
    while (head < tail) {
      const pixel = queue[head++]!;
      const x = pixel % width;
      const y = (pixel - x) / width;
      border ||= x === 0 || y === 0 || x === width - 1 || y === height - 1;
      for (let dy = -1; dy <= 1; dy++) {
        const ny = y + dy;
        if (ny < 0 || ny >= height) continue;
        for (let dx = -1; dx <= 1; dx++) {
          const nx = x + dx;
          if (nx < 0 || nx >= width || (neighbours === 4 && dx !== 0 && dy !== 0)) continue;
          const next = ny * width + nx;
          if (mask[next] !== value || labels[next] !== -1) continue;
          labels[next] = label;
          queue[tail++] = next;
        }
      }
    }
    areas.push(tail);
    touchesBorder.push(border);
  }
  return { labels, areas, touchesBorder };
}
