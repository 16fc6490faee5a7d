import { Logger, Primitive, Verbosity, WebIO } from '@gltf-transform/core';
import type { Document, Material, mat4 } from '@gltf-transform/core';

/** Triangles with one material, in the space of the scene. */
export interface Part {
  /** Three numbers per vertex, metres, Y up. */
  positions: Float32Array;
  normals?: Float32Array;
  /** Two numbers per vertex, from the top left of the image. */
  uvs?: Float32Array;
  triangles: Uint32Array;
  /** Linear red, green and blue; multiplied with the image. */
  colour: [number, number, number];
  image?: { bytes: Uint8Array; mimeType: string };
}

/** The triangles of a GLB, and what it says of itself. */
export interface ReadModel {
  parts: Part[];
  /** Whether it has a flat back to lie on, as reliefs of `generateModel` do. */
  restsOnBack: boolean;
}

/** All triangles of a GLB's default scene. @throws Error where there are none. */
export async function readModel(glb: Uint8Array): Promise<ReadModel> {
  const document = await readDocument(glb);
  const root = document.getRoot();
  const extras = root.getAsset()['extras'] as { method?: unknown; rests?: unknown } | undefined;
  const scene = root.getDefaultScene() ?? root.listScenes()[0];
  const parts: Part[] = [];
  scene?.traverse((node) => {
    const matrix = node.getWorldMatrix();
    for (const primitive of node.getMesh()?.listPrimitives() ?? []) {
      const part = readPrimitive(primitive, matrix);
      if (part) parts.push(part);
    }
  });
  if (parts.length === 0) throw new Error('The model has no triangles');
  // Files of earlier versions only have the method.
  return { parts, restsOnBack: extras?.rests === undefined ? extras?.method === 'relief' : extras.rests === 'back' };
}

async function readDocument(glb: Uint8Array): Promise<Document> {
  try {
    return await new WebIO().setLogger(new Logger(Verbosity.SILENT)).readBinary(glb);
  } catch (cause) {
    throw new Error('The file is not a readable binary glTF', { cause });
  }
}

function readPrimitive(primitive: Primitive, matrix: mat4): Part | undefined {
  const position = primitive.getAttribute('POSITION');
  if (!position || primitive.getMode() !== Primitive.Mode.TRIANGLES) return undefined;
  const count = position.getCount();
  const positions = elements(position, 3);
  for (let at = 0; at < positions.length; at += 3) apply(positions, at, matrix, 1);
  const indices = primitive.getIndices();
  const triangles = indices
    ? Uint32Array.from({ length: indices.getCount() }, (_, i) => indices.getScalar(i))
    : Uint32Array.from({ length: count }, (_, i) => i);
  const material = primitive.getMaterial();
  const part: Part = { positions, triangles, colour: colourOf(material) };
  const normal = primitive.getAttribute('NORMAL');
  if (normal) {
    part.normals = elements(normal, 3);
    const cofactors = cofactorMatrix(matrix);
    for (let at = 0; at < part.normals.length; at += 3) {
      apply(part.normals, at, cofactors, 0);
      normalise(part.normals, at);
    }
  }
  const uv = primitive.getAttribute('TEXCOORD_0');
  const texture = material?.getBaseColorTexture();
  const bytes = texture?.getImage();
  if (uv && texture && bytes) {
    part.uvs = elements(uv, 2);
    part.image = { bytes, mimeType: texture.getMimeType() };
  }
  return part;
}

/** An attribute as floats, whatever its component type. */
function elements(
  accessor: { getCount(): number; getElement(index: number, target: number[]): number[] },
  size: number,
): Float32Array {
  const result = new Float32Array(accessor.getCount() * size);
  const element: number[] = [];
  for (let i = 0; i < accessor.getCount(); i++) {
    accessor.getElement(i, element);
    for (let c = 0; c < size; c++) result[i * size + c] = element[c]!;
  }
  return result;
}

function colourOf(material: Material | null): [number, number, number] {
  const [r, g, b] = material?.getBaseColorFactor() ?? [1, 1, 1];
  return [r, g, b];
}

function apply(vectors: Float32Array, at: number, m: mat4, w: number): void {
  const [x, y, z] = [vectors[at]!, vectors[at + 1]!, vectors[at + 2]!];
  for (let r = 0; r < 3; r++) vectors[at + r] = m[r]! * x + m[4 + r]! * y + m[8 + r]! * z + m[12 + r]! * w;
}

/** Transforms normals so that they stay perpendicular under non-uniform scaling too. */
function cofactorMatrix(m: mat4): mat4 {
  const minor = (a: number, b: number, c: number, d: number) => m[a]! * m[d]! - m[b]! * m[c]!;
  return [
    minor(5, 6, 9, 10),
    minor(6, 4, 10, 8),
    minor(4, 5, 8, 9),
    0,
    minor(9, 10, 1, 2),
    minor(10, 8, 2, 0),
    minor(8, 9, 0, 1),
    0,
    minor(1, 2, 5, 6),
    minor(2, 0, 6, 4),
    minor(0, 1, 4, 5),
    0,
    0,
    0,
    0,
    1,
  ];
}

function normalise(vectors: Float32Array, at: number): void {
  const length = Math.hypot(vectors[at]!, vectors[at + 1]!, vectors[at + 2]!) || 1;
  for (let c = 0; c < 3; c++) vectors[at + c]! /= length;
}
