import { extensionOf } from './image-name.ts';
import type { Part } from './read-parts.ts';
import { roundTo, stepOf } from './round.ts';
import { weldPositions } from './weld.ts';
import { zip } from './zip.ts';
import type { Entry } from './zip.ts';

/**
 * An OBJ, its MTL and the textures, in a ZIP: all named after the model, so that several can be unpacked side by side. Blanks
 * would end a name in the format.
 */
export function writeObj(parts: Part[], modelName: string): Uint8Array {
  const base = modelName.replaceAll(/[\s\p{Cc}/\\]+/gu, '_') || 'model';
  const obj: string[] = [`mtllib ${base}.mtl`];
  const mtl: string[] = [];
  const images: Entry[] = [];
  const step = stepOf(parts);
  let [firstPoint, firstUv, firstNormal] = [1, 1, 1];
  for (const [n, part] of parts.entries()) {
    const { points, ids } = weldPositions(part.positions);
    obj.push(`o part${n}`, `usemtl skin${n}`);
    lines(obj, 'v', points, 3, (value) => roundTo(value, step));
    if (part.uvs) lines(obj, 'vt', part.uvs, 2, (value, c) => share(c === 1 ? 1 - value : value));
    if (part.normals) lines(obj, 'vn', part.normals, 3, share);
    const corner = (v: number): string => {
      const uv = part.uvs ? v + firstUv : '';
      return part.normals ? `${ids[v]! + firstPoint}/${uv}/${v + firstNormal}` : `${ids[v]! + firstPoint}/${uv}`;
    };
    for (let t = 0; t < part.triangles.length; t += 3) {
      obj.push(`f ${corner(part.triangles[t]!)} ${corner(part.triangles[t + 1]!)} ${corner(part.triangles[t + 2]!)}`);
    }
    firstPoint += points.length / 3;
    firstUv += (part.uvs?.length ?? 0) / 2;
    firstNormal += (part.normals?.length ?? 0) / 3;
    mtl.push(`newmtl skin${n}`, `Kd ${part.colour.map(share).join(' ')}`, 'Ks 0 0 0', 'illum 1');
    if (part.image) {
      const name = `${base}-skin${n}.${extensionOf(part.image.mimeType)}`;
      mtl.push(`map_Kd ${name}`);
      images.push({ name, bytes: part.image.bytes });
    }
  }
  const entries = [{ name: `${base}.obj`, bytes: text(obj) }, { name: `${base}.mtl`, bytes: text(mtl) }, ...images];
  return zip(entries, { compress: true, alignment: 1 });
}

function text(content: string[]): Uint8Array {
  return new TextEncoder().encode(`${content.join('\n')}\n`);
}

function lines(
  into: string[],
  keyword: string,
  values: Float32Array,
  size: number,
  map: (value: number, component: number) => number,
): void {
  for (let at = 0; at < values.length; at += size) {
    let line = keyword;
    for (let c = 0; c < size; c++) line += ` ${map(values[at + c]!, c)}`;
    into.push(line);
  }
}

function share(value: number): number {
  return roundTo(value, 1e-7);
}
