/** What a downloaded file turned out to be. */
export type Content =
  | { kind: 'glb'; faces: number; vertices: number }
  | { kind: 'broken' | 'cut' }
  | { kind: OtherKind };
type OtherKind = 'FBX' | 'ZIP' | 'HTML' | 'JSON' | 'OBJ' | 'unknown';

const headerBytes = 12;
const chunkHeadBytes = 8;
/** The JSON of a GLB at most; pictures and geometry lie in the binary chunk. */
const maxJsonBytes = 64 * 1024 * 1024;

/**
 * Says what bytes are: a binary glTF with its number of triangles, one that is cut off, or something else. Judged by
 * content alone (glTF 2.0, 4.4); what a provider calls a file is no proof.
 */
export function inspectGlb(bytes: Uint8Array): Content {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  if (!head.startsWith('glTF')) return { kind: otherKind(head) };
  if (bytes.byteLength < headerBytes + chunkHeadBytes) return { kind: 'cut' };
  const length = view.getUint32(8, true);
  if (length > bytes.byteLength) return { kind: 'cut' };
  const jsonBytes = view.getUint32(headerBytes, true);
  const jsonAt = headerBytes + chunkHeadBytes;
  const isJson = view.getUint32(headerBytes + 4, true) === 0x4e4f534a;
  const fits = jsonAt + jsonBytes <= length && jsonBytes <= maxJsonBytes;
  if (view.getUint32(4, true) !== 2 || length !== bytes.byteLength || !isJson || !fits) return { kind: 'broken' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(jsonAt, jsonAt + jsonBytes));
    return { kind: 'glb', ...count(JSON.parse(text) as Document) };
  } catch {
    return { kind: 'broken' };
  }
}

/** As much of a glTF document as is counted; everything may be missing or of another type. */
interface Document {
  accessors?: { count?: number }[];
  meshes?: { primitives?: { mode?: number; indices?: number; attributes?: Record<string, number> }[] }[];
}

function count({ accessors = [], meshes = [] }: Document): { faces: number; vertices: number } {
  let faces = 0;
  let vertices = 0;
  const accessorCount = (index: number | undefined): number | undefined => {
    const value = index === undefined ? undefined : accessors[index]?.count;
    return Number.isSafeInteger(value) && (value ?? -1) >= 0 ? value : undefined;
  };
  for (const { primitives = [] } of meshes) {
    for (const { mode = 4, indices, attributes } of primitives) {
      const points = accessorCount(attributes?.['POSITION']) ?? 0;
      const corners = accessorCount(indices) ?? points;
      vertices += points;
      if (mode === 4) faces += Math.floor(corners / 3);
      else if (mode === 5 || mode === 6) faces += Math.max(0, corners - 2);
    }
  }
  return { faces, vertices };
}

function otherKind(head: string): OtherKind {
  if (head.startsWith('Kaydara FBX') || head.startsWith('; FBX')) return 'FBX';
  if (head.startsWith('PK\u0003\u0004')) return 'ZIP';
  const text = head.trimStart().toLowerCase();
  if (text.startsWith('<')) return 'HTML';
  if (text.startsWith('{') || text.startsWith('[')) return 'JSON';
  return /^(#|v |o |mtllib )/.test(text) ? 'OBJ' : 'unknown';
}
