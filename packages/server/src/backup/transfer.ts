import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Facts } from '../files/verifier.ts';
import { syncFolder } from '../files/folders.ts';

/** Files read and written at once. */
const atOnce = 8;

/** Passes bytes on and says afterwards what they were. */
export class Inspected implements AsyncIterable<Uint8Array> {
  readonly #data: AsyncIterable<Uint8Array>;
  readonly #signal: AbortSignal;
  readonly #hash = createHash('sha256');
  #digest: string | undefined;
  sizeBytes = 0;

  constructor(data: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#data = data;
    this.#signal = signal;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#data) {
      this.#signal.throwIfAborted();
      this.sizeBytes += chunk.byteLength;
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  /** Of all bytes, once they have passed; lower-case hex. */
  sha256(): string {
    this.#digest ??= this.#hash.digest('hex');
    return this.#digest;
  }

  isAs({ sizeBytes, sha256 }: Facts): boolean {
    if (sizeBytes !== undefined && sizeBytes !== this.sizeBytes) return false;
    return sha256 === undefined || sha256 === this.sha256();
  }
}

/** Writes a new file, whose bytes are on the disk when this resolves. */
export async function writeSynced(path: string, data: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    for await (const chunk of data) await handle.appendFile(chunk);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Folders that files were put into, which are to be on the disk as well. */
export class Folders {
  readonly #root: string;
  readonly #made = new Set<string>();

  constructor(root: string) {
    this.#root = root;
    this.#made.add(root);
  }

  /** Makes the folder of a file below the root. */
  async make(file: string): Promise<void> {
    const folder = dirname(file);
    if (this.#made.has(folder)) return;
    await mkdir(folder, { recursive: true });
    for (let above = folder; above.length > this.#root.length; above = dirname(above)) this.#made.add(above);
  }

  async sync(): Promise<void> {
    for (const folder of this.#made) await syncFolder(folder);
  }
}

/** Runs work on each of many, a few at a time; rejects with the first that fails, once those under way are done. */
export async function eachOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const failed: unknown[] = [];
  for await (const item of items) {
    if (failed.length > 0) break;
    const done: Promise<void> = work(item)
      .catch((error: unknown) => void failed.push(error))
      .finally(() => underWay.delete(done));
    underWay.add(done);
    if (underWay.size >= atOnce) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  if (failed.length > 0) throw failed[0];
}
