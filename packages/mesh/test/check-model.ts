/** Oracles for a finished GLB. Apart from the rasteriser, they share no code with the generator. */
import { validateBytes } from 'gltf-validator';
import Module from 'manifold-3d';
import sharp from 'sharp';
import { rasterise } from '../src/render/rasterise.ts';
import type { Drawable } from '../src/render/rasterise.ts';
import { readModel } from './read-model.ts';

/** Everything that is wrong with a model; empty for a valid one. */
export async function findDefects(glb: Uint8Array): Promise<string[]> {
  const { model } = await readModel(glb);
  const { positions, triangles } = weld(model);
  const defects: string[] = [];
  const directed = new Map<string, number>();
  for (let t = 0; t < triangles.length; t += 3) {
    const corners = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    for (let c = 0; c < 3; c++) {
      const key = `${corners[c]!}>${corners[(c + 1) % 3]!}`;
      directed.set(key, (directed.get(key) ?? 0) + 1);
    }
    if (faceArea(positions, corners) <= 1e-13) defects.push(`face ${t / 3} has no area`);
  }
  for (const [key, times] of directed) {
    if (times !== 1) defects.push(`edge ${key} is used ${times} times`);
    if (!directed.has(key.split('>').toReversed().join('>'))) defects.push(`edge ${key} has no other side`);
  }
  if (volume(positions, triangles) <= 0) defects.push('the volume is not positive');
  const { Manifold, Mesh } = await loadManifold();
  try {
    const solid = Manifold.ofMesh(new Mesh({ numProp: 3, vertProperties: positions, triVerts: triangles }));
    if (solid.status() !== 'NoError') defects.push(`manifold-3d says ${solid.status()}`);
    solid.delete();
  } catch (error) {
    defects.push(`manifold-3d says ${String(error)}`);
  }
  const report = await validateBytes(glb);
  for (const message of report.issues.messages) if (message.severity <= 1) defects.push(`validator: ${message.code}`);
  return defects;
}

/** Separate solids and what they enclose together, in cubic metres, by manifold-3d. */
export async function solidsOf(glb: Uint8Array): Promise<{ parts: number; volume: number }> {
  const { positions, triangles } = weld((await readModel(glb)).model);
  const { Manifold, Mesh } = await loadManifold();
  // Larger than it is: its tolerance is for things of some size.
  const scale = 1000;
  const vertProperties = positions.map((value) => value * scale);
  const solid = Manifold.ofMesh(new Mesh({ numProp: 3, vertProperties, triVerts: triangles }));
  const pieces = solid.decompose();
  const measured = { parts: pieces.length, volume: solid.volume() / scale ** 3 };
  for (const each of [solid, ...pieces]) each.delete();
  return measured;
}

/** Holes through the solid, summed over its parts: genus = parts − Euler characteristic / 2. */
export async function genus(glb: Uint8Array): Promise<{ parts: number; genus: number }> {
  const { model } = await readModel(glb);
  const { positions, triangles } = weld(model);
  const parent = Array.from({ length: positions.length / 3 }, (_, v) => v);
  const find = (v: number): number => {
    let root = v;
    while (parent[root] !== root) root = parent[root]!;
    return (parent[v] = root);
  };
  for (let t = 0; t < triangles.length; t += 3) {
    parent[find(triangles[t]!)] = find(triangles[t + 1]!);
    parent[find(triangles[t + 1]!)] = find(triangles[t + 2]!);
  }
  const parts = new Set(parent.map((_, v) => find(v))).size;
  const euler = positions.length / 3 - triangles.length / 2 + triangles.length / 3;
  return { parts, genus: parts - euler / 2 };
}

/** Compares the front view with the picture it was made from. `mask` is 1 where the object is, at the picture's size. */
export async function compareFront(
  glb: Uint8Array,
  image: Uint8Array,
  mask: Uint8Array,
): Promise<{ overlap: number; psnr: number }> {
  const { model, texture, frame } = await readModel(glb);
  const { data, info } = await sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const scale = width / frame.width;
  const view = rasterise(model, texture, {
    width,
    height,
    yaw: 0,
    pitch: 0,
    shading: 'flat',
    scale,
    centre: [frame.left + width / 2 / scale, frame.top - height / 2 / scale, 0],
  });
  let [both, either, squares, inside] = [0, 0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    const drawn = view[4 * i + 3]! > 0;
    if (drawn || mask[i]) either++;
    if (!drawn || !mask[i]) continue;
    both++;
    inside += 3;
    for (let c = 0; c < 3; c++) squares += (view[4 * i + c]! - data[3 * i + c]!) ** 2;
  }
  return { overlap: both / either, psnr: 10 * Math.log10(255 ** 2 / Math.max(squares / inside, 1e-9)) };
}

/** 1 where a cut-out picture is opaque. */
export async function alphaMask(image: Uint8Array): Promise<Uint8Array> {
  const { data, info } = await sharp(image).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return Uint8Array.from({ length: info.width * info.height }, (_, i) => (data[4 * i + 3]! >= 128 ? 1 : 0));
}

function weld({ positions, triangles }: Drawable): { positions: Float32Array; triangles: Uint32Array } {
  const ids = new Map<string, number>();
  const welded: number[] = [];
  const remap = Array.from({ length: positions.length / 3 }, (_, v) => {
    const point = [positions[3 * v]!, positions[3 * v + 1]!, positions[3 * v + 2]!];
    const key = point.join(' ');
    let id = ids.get(key);
    if (id === undefined) {
      id = ids.size;
      ids.set(key, id);
      welded.push(...point);
    }
    return id;
  });
  return { positions: Float32Array.from(welded), triangles: triangles.map((v) => remap[v]!) };
}

function faceArea(positions: Float32Array, corners: number[]): number {
  const [a, b, c] = corners.map((v) => positions.subarray(3 * v, 3 * v + 3)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const u = [0, 1, 2].map((k) => b[k]! - a[k]!) as [number, number, number];
  const v = [0, 1, 2].map((k) => c[k]! - a[k]!) as [number, number, number];
  return Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]) / 2;
}

/** Of a closed surface. */
export function volume(positions: Float32Array, triangles: Uint32Array): number {
  let sum = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!];
    const [ax, ay, az] = [positions[a]!, positions[a + 1]!, positions[a + 2]!];
    const [bx, by, bz] = [positions[b]!, positions[b + 1]!, positions[b + 2]!];
    const [cx, cy, cz] = [positions[c]!, positions[c + 1]!, positions[c + 2]!];
    sum += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  }
  return sum / 6;
}

let loading: ReturnType<typeof Module> | undefined;

async function loadManifold() {
  loading ??= Module();
  const wasm = await loading;
  wasm.setup();
  return wasm;
}
