/** Reads Qt's compiled resources (`.rcc`), in which some programs keep their pictures. */
import { inflateSync, zstdDecompressSync } from 'node:zlib';

const zlibFlag = 1;
const directoryFlag = 2;
const zstdFlag = 4;

/** All files inside, with their paths. @throws Error where it is not such a file. */
export function readQtResources(bytes: Buffer): { path: string; bytes: Buffer }[] {
  if (bytes.toString('latin1', 0, 4) !== 'qres') throw new Error('This is not a Qt resource file.');
  const version = bytes.readUInt32BE(4);
  const [tree, data, names] = [8, 12, 16].map((at) => bytes.readUInt32BE(at)) as [number, number, number];
  const nodeSize = version === 1 ? 14 : 22;
  const files: { path: string; bytes: Buffer }[] = [];

  const visit = (node: number, folder: string): void => {
    const at = tree + node * nodeSize;
    const flags = bytes.readUInt16BE(at + 4);
    const path = node === 0 ? '' : `${folder}/${nameAt(bytes, names + bytes.readUInt32BE(at))}`;
    if (flags & directoryFlag) {
      const [count, first] = [bytes.readUInt32BE(at + 6), bytes.readUInt32BE(at + 10)];
      for (let child = first; child < first + count; child++) visit(child, path);
    } else {
      files.push({ path: path.slice(1), bytes: contentAt(bytes, data + bytes.readUInt32BE(at + 10), flags) });
    }
  };
  visit(0, '');
  return files;
}

function nameAt(bytes: Buffer, at: number): string {
  const length = bytes.readUInt16BE(at);
  const swapped = Buffer.from(bytes.subarray(at + 6, at + 6 + 2 * length)).swap16();
  return swapped.toString('utf16le');
}

function contentAt(bytes: Buffer, at: number, flags: number): Buffer {
  const content = bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at));
  if (flags & zlibFlag) return inflateSync(content.subarray(4));
  return flags & zstdFlag ? zstdDecompressSync(content) : content;
}
