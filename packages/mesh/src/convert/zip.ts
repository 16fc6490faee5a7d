import { crc32, deflateRawSync } from 'node:zlib';

/** A file in an archive. */
export interface Entry {
  name: string;
  bytes: Uint8Array;
}

/** How the entries are laid out. */
export interface ZipOptions {
  /** False for USDZ, which is read in place. */
  compress: boolean;
  /** Each file's bytes begin at a multiple of this; 64 for USDZ. */
  alignment: number;
}

/** 1 January 1980, the earliest date of the format; fixed, so that the same input gives the same bytes. */
const date = 0x0021;

/** A ZIP archive (APPNOTE 6.3.3, without ZIP64: under 4 GiB and 65 536 files). */
export function zip(entries: Entry[], { compress, alignment }: ZipOptions): Uint8Array {
  const chunks: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  const write = (bytes: Uint8Array): void => {
    chunks.push(bytes);
    offset += bytes.length;
  };
  for (const { name, bytes } of entries) {
    const data = compress ? deflateRawSync(bytes) : bytes;
    const encoded = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt16LE(compress ? 8 : 0, 4);
    common.writeUInt16LE(0, 6);
    common.writeUInt16LE(date, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(encoded.length, 22);
    const start = offset;
    // The padding is an extra field, whose own header takes four bytes.
    const gap = (alignment - ((start + 30 + encoded.length) % alignment)) % alignment;
    const padding = Buffer.alloc(gap === 0 ? 0 : gap < 4 ? gap + alignment : gap);
    if (padding.length > 0) {
      padding.writeUInt16LE(0x1986, 0);
      padding.writeUInt16LE(padding.length - 4, 2);
    }
    const local = Buffer.from(common);
    local.writeUInt16LE(padding.length, 24);
    write(Buffer.concat([Buffer.from('504b0304', 'hex'), local, encoded, padding]));
    write(data);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(start, 10);
    directory.push(Buffer.concat([Buffer.from('504b01021400', 'hex'), common, tail, encoded]));
  }
  const begin = offset;
  for (const record of directory) write(record);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(offset - begin, 12);
  end.writeUInt32LE(begin, 16);
  write(end);
  return new Uint8Array(Buffer.concat(chunks));
}
