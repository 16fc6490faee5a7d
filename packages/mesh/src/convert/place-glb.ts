import { boxOf } from './box.ts';
import { moveTo } from './placement.ts';
import type { Placement } from './placement.ts';
import type { ReadModel } from './read-parts.ts';

/** What is changed of a glTF document; all the rest of it stays as it is. */
interface Document {
  scene?: number;
  scenes?: { nodes?: number[] }[];
  nodes?: object[];
}

const jsonAt = 20;

/**
 * The GLB at another size or place: its scene hangs from one more node, which scales and moves it. Vertices, textures and
 * extensions that nobody here knows stay as they are.
 */
export function placeGlb(glb: Uint8Array, { parts }: ReadModel, placement: Placement): Uint8Array {
  const { scale, shift } = moveTo(boxOf(...parts.map(({ positions }) => positions)), placement, 1, 1000);
  if (scale === 1 && shift.every((value) => value === 0)) return glb;
  const view = new DataView(glb.buffer, glb.byteOffset, glb.byteLength);
  const rest = glb.subarray(jsonAt + view.getUint32(12, true));
  const document = JSON.parse(new TextDecoder().decode(glb.subarray(jsonAt, glb.length - rest.length))) as Document;
  const { nodes = [], scenes = [] } = document;
  const scene = scenes[document.scene ?? 0];
  if (scene?.nodes === undefined) throw new Error('The model has no scene');
  nodes.push({ name: 'placed', scale: [scale, scale, scale], translation: shift, children: scene.nodes });
  scene.nodes = [nodes.length - 1];
  return joinGlb(new TextEncoder().encode(JSON.stringify(document)), rest);
}

/** A binary glTF (2.0, section 4.4) of a JSON text and the chunks after it. */
function joinGlb(json: Uint8Array, rest: Uint8Array): Uint8Array {
  const length = 4 * Math.ceil(json.length / 4);
  const glb = new Uint8Array(jsonAt + length + rest.length).fill(0x20, jsonAt);
  const view = new DataView(glb.buffer);
  for (const [word, value] of [0x46546c67, 2, glb.length, length, 0x4e4f534a].entries()) {
    view.setUint32(4 * word, value, true);
  }
  glb.set(json, jsonAt);
  glb.set(rest, jsonAt + length);
  return glb;
}
