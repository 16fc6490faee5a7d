/** What is drawn: any textured triangle mesh. */
export interface Drawable {
  positions: Float32Array;
  normals: Float32Array;
  /** Two numbers per vertex, from the top left of the texture. */
  uvs: Float32Array;
  triangles: Uint32Array;
}

/** Three bytes per pixel, rows from the top. */
export interface Texture {
  width: number;
  height: number;
  rgb: Uint8Array;
}

/** An orthographic view: the model is rotated by `yaw` about the vertical, then by `pitch` towards the viewer. */
export interface View {
  /** Pixels. */
  width: number;
  height: number;
  /** Degrees; 0 looks at the front. */
  yaw: number;
  pitch: number;
  /** The point in the middle of the image, and pixels per metre. */
  centre: readonly [number, number, number];
  scale: number;
  /** `flat`: the texture alone; `lit`: shaded; `clay`: shaded without texture. */
  shading: 'flat' | 'lit' | 'clay';
}

/** Draws to RGBA, not premultiplied; alpha is 255 where the model is and 0 elsewhere. One sample per pixel. */
export function rasterise(model: Drawable, texture: Texture, view: View): Uint8Array {
  const { positions, triangles } = model;
  const screen = project(positions, view);
  const normals = view.shading === 'flat' ? model.normals : rotate(model.normals, view);
  const depth = new Float32Array(view.width * view.height).fill(-Infinity);
  const image = new Uint8Array(view.width * view.height * 4);
  const colour = new Float32Array(3);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    const [ax, ay] = [screen[3 * a]!, screen[3 * a + 1]!];
    const [bx, by] = [screen[3 * b]!, screen[3 * b + 1]!];
    const [cx, cy] = [screen[3 * c]!, screen[3 * c + 1]!];
    // Screen rows run downwards, so a triangle that faces the viewer is clockwise here.
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (area >= 0) continue;
    const x0 = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const x1 = Math.min(view.width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    const y0 = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const y1 = Math.min(view.height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const px = x + 0.5;
        const py = y + 0.5;
        const wa = ((bx - px) * (cy - py) - (cx - px) * (by - py)) / area;
        const wb = ((cx - px) * (ay - py) - (ax - px) * (cy - py)) / area;
        const wc = 1 - wa - wb;
        if (wa < 0 || wb < 0 || wc < 0) continue;
        const z = wa * screen[3 * a + 2]! + wb * screen[3 * b + 2]! + wc * screen[3 * c + 2]!;
        const at = y * view.width + x;
        if (z <= depth[at]!) continue;
        depth[at] = z;
        if (view.shading === 'clay') colour.fill(214);
        else {
          const u = wa * model.uvs[2 * a]! + wb * model.uvs[2 * b]! + wc * model.uvs[2 * c]!;
          const v = wa * model.uvs[2 * a + 1]! + wb * model.uvs[2 * b + 1]! + wc * model.uvs[2 * c + 1]!;
          sample(texture, u, v, colour);
        }
        let light = 1;
        if (view.shading !== 'flat') {
          const nx = wa * normals[3 * a]! + wb * normals[3 * b]! + wc * normals[3 * c]!;
          const ny = wa * normals[3 * a + 1]! + wb * normals[3 * b + 1]! + wc * normals[3 * c + 1]!;
          const nz = wa * normals[3 * a + 2]! + wb * normals[3 * b + 2]! + wc * normals[3 * c + 2]!;
          light = shade(nx, ny, nz, view.shading === 'clay');
        }
        for (let k = 0; k < 3; k++) image[4 * at + k] = Math.min(255, colour[k]! * light + 0.5);
        image[4 * at + 3] = 255;
      }
    }
  }
  return image;
}

/** A key light from the upper left in front, and ambient light, so that no side is black. */
function shade(nx: number, ny: number, nz: number, strong: boolean): number {
  const length = Math.hypot(nx, ny, nz) || 1;
  const key = Math.max(0, (-0.45 * nx + 0.55 * ny + 0.7 * nz) / length);
  const sky = 0.5 + (0.5 * ny) / length;
  return strong ? 0.28 + 0.55 * key + 0.17 * sky : 0.58 + 0.36 * key + 0.14 * sky;
}

function sample(texture: Texture, u: number, v: number, into: Float32Array): void {
  const { width, height, rgb } = texture;
  const x = Math.min(Math.max(u * width - 0.5, 0), width - 1);
  const y = Math.min(Math.max(v * height - 0.5, 0), height - 1);
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const right = x0 < width - 1 ? 3 : 0;
  const below = y0 < height - 1 ? 3 * width : 0;
  const fx = x - x0;
  const fy = y - y0;
  const at = 3 * (y0 * width + x0);
  for (let k = 0; k < 3; k++) {
    const top = rgb[at + k]! * (1 - fx) + rgb[at + right + k]! * fx;
    const bottom = rgb[at + below + k]! * (1 - fx) + rgb[at + below + right + k]! * fx;
    into[k] = top * (1 - fy) + bottom * fy;
  }
}

function project(positions: Float32Array, view: View): Float32Array {
  const moved = new Float32Array(positions.length);
  for (let i = 0; i < positions.length; i++) moved[i] = positions[i]! - view.centre[i % 3]!;
  const rotated = rotate(moved, view);
  for (let i = 0; i < rotated.length; i += 3) {
    rotated[i] = view.width / 2 + rotated[i]! * view.scale;
    rotated[i + 1] = view.height / 2 - rotated[i + 1]! * view.scale;
  }
  return rotated;
}

function rotate(vectors: Float32Array, view: View): Float32Array {
  const yaw = (view.yaw * Math.PI) / 180;
  const pitch = (view.pitch * Math.PI) / 180;
  const [sy, cy, sp, cp] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)];
  const result = new Float32Array(vectors.length);
  for (let i = 0; i < vectors.length; i += 3) {
    const x = vectors[i]! * cy + vectors[i + 2]! * sy;
    const z = vectors[i + 2]! * cy - vectors[i]! * sy;
    result[i] = x;
    result[i + 1] = vectors[i + 1]! * cp - z * sp;
    result[i + 2] = vectors[i + 1]! * sp + z * cp;
  }
  return result;
}
