import { crc32, inflateRawSync } from 'node:zlib';

/** Reads an archive by its central directory and checks each file's CRC. */
export function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const files = new Map<string, Uint8Array>();
  let at = view.getUint32(bytes.length - 6, true);
  for (let n = view.getUint16(bytes.length - 12, true); n > 0; n--) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error('This is no ZIP');
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const data = bytes.slice(start, start + view.getUint32(at + 20, true));
    const content = view.getUint16(at + 10, true) === 8 ? inflateRawSync(data) : data;
    if (crc32(content) !== view.getUint32(at + 16, true)) throw new Error(`A wrong CRC at ${at}`);
    files.set(Buffer.from(bytes.slice(at + 46, at + 46 + nameLength)).toString(), content);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}
