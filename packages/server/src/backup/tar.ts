import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { FailedError, RefusedError } from './errors.ts';

/**
 * The part of tar (POSIX.1-2001, ustar) that a backup needs: plain files whose names are up to 255 bytes of ASCII. Sizes
 * beyond 8 GiB are written in base 256, as GNU tar and bsdtar do. Everything is streamed, and no file is packed twice.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */

const blockBytes = 512;

/** A file in an archive, and where its bytes are. */
export interface TarEntry {
  name: string;
  sizeBytes: number;
  /** Offset in the archive. */
  start: number;
}

/** Appends files to an archive. */
export class TarWriter {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** `data` has to be of exactly this size. */
  async add(name: string, sizeBytes: number, data: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#handle.appendFile(header(name, sizeBytes));
    let written = 0;
    for await (const chunk of data) {
      written += chunk.byteLength;
      await this.#handle.appendFile(chunk);
    }
    if (written !== sizeBytes) throw new FailedError(`${name} changed while it was being read`);
    await this.#handle.appendFile(Buffer.alloc(paddingOf(sizeBytes)));
  }

  /** Two empty blocks end an archive. What is written is on the disk then. */
  async end(): Promise<void> {
    await this.#handle.appendFile(Buffer.alloc(2 * blockBytes));
    await this.#handle.sync();
  }
}

/** What is in an archive, by name. Throws a sentence for what is none that {@link TarWriter} could have written. */
export async function readTar(path: string): Promise<Map<string, TarEntry>> {
  const entries = new Map<string, TarEntry>();
  await using handle = await open(path);
  const { size } = await handle.stat();
  for (let offset = 0; offset + blockBytes <= size;) {
    const block = Buffer.alloc(blockBytes);
    await handle.read(block, 0, blockBytes, offset);
    if (block.every((byte) => byte === 0)) break;
    const { name, sizeBytes } = parseHeader(block, path);
    const start = offset + blockBytes;
    offset = start + sizeBytes + paddingOf(sizeBytes);
    // One that was cut short has no manifest either.
    if (start + sizeBytes <= size) entries.set(name, { name, sizeBytes, start });
  }
  return entries;
}

/** The bytes of a file in an archive. */
export function openEntry(path: string, { sizeBytes, start }: TarEntry): AsyncIterable<Uint8Array> {
  if (sizeBytes === 0) return Readable.from([]);
  return createReadStream(path, { start, end: start + sizeBytes - 1 });
}

function header(name: string, sizeBytes: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  const [prefix, base] = splitName(name);
  block.write(base, 0, 'latin1');
  block.write('0000600\0', 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  writeSize(block, sizeBytes);
  block.write(`${octal(Math.floor(Date.now() / 1000), 11)}\0`, 136, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(prefix, 345, 'latin1');
  block.write(`${octal(checksum(block), 6)}\0 `, 148, 'latin1');
  return block;
}

function splitName(name: string): [prefix: string, base: string] {
  if (name.length <= 100) return ['', name];
  const slash = name.lastIndexOf('/');
  const [prefix, base] = [name.slice(0, slash), name.slice(slash + 1)];
  if (prefix.length > 155 || base.length > 100) throw new Error(`${name} is too long for an archive`);
  return [prefix, base];
}

function writeSize(block: Buffer, sizeBytes: number): void {
  if (sizeBytes < 8 ** 11) {
    block.write(`${octal(sizeBytes, 11)}\0`, 124, 'latin1');
    return;
  }
  block.writeUInt8(0x80, 124);
  block.writeBigUInt64BE(BigInt(sizeBytes), 128);
}

function parseHeader(block: Buffer, path: string): { name: string; sizeBytes: number } {
  const text = (start: number, length: number): string =>
    block
      .subarray(start, start + length)
      .toString('latin1')
      .replace(/\0.*$/s, '');
  const isOurs = text(257, 5) === 'ustar' && /^0?$/.test(text(156, 1));
  if (!isOurs || Number.parseInt(text(148, 8), 8) !== checksum(block)) {
    throw new RefusedError(`${path} was not written by image2model backup; if it is an archive, unpack it first`);
  }
  const isLarge = (block.readUInt8(124) & 0x80) !== 0;
  const sizeBytes = isLarge ? Number(block.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8);
  const prefix = text(345, 155);
  return { name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`, sizeBytes };
}

/** The sum of the bytes of a header, with blanks where the sum itself stands. */
function checksum(block: Buffer): number {
  let sum = 0;
  for (const [index, byte] of block.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte;
  return sum;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function paddingOf(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}
