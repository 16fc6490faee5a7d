import { createHash, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { maxFileSizeBytes } from '@image2model/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { picture } from '../../test/support/server.ts';
import type { FileStore } from '../files/contract.ts';
import { StorageFullError } from '../files/contract.ts';
import { createDiskStore } from '../files/disk.ts';
import { imageKey } from '../files/keys.ts';
import { receiveImage } from './intake.ts';
import type { SentImage } from './intake.ts';

let directory: string;
let store: FileStore;

const place = { jobId: randomUUID(), fileId: randomUUID() };

beforeEach(async () => {
  directory = await temporaryDirectory();
  store = createDiskStore({ directory, minFreeBytes: 0 });
});

const spooled = async (): Promise<string[]> => await readdir(store.spool.directory);

function sent(bytes: Uint8Array, fields: Partial<SentImage> = {}): SentImage {
  const data = (async function* () {
    yield bytes;
  })();
  return { filename: 'a folder/chair.png', data, isCut: () => false, ...fields };
}

describe('an image that is received', () => {
  it('is judged by its content before it is in the store', async () => {
    const bytes = await picture('webp');
    const received = await receiveImage(store, place, sent(bytes));
    expect(received).toMatchObject({
      file: {
        fileId: place.fileId,
        filename: 'chair.png',
        contentType: 'image/webp',
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        pixels: 32 * 32,
        storageKey: imageKey(place.jobId, place.fileId),
      },
    });
    expect(await spooled()).toHaveLength(1);
    expect(await readdir(directory)).toEqual(['.incoming']);
  });

  it.each([
    ['is no image', sent(Buffer.from('<html>')), 'UNSUPPORTED_IMAGE_TYPE'],
    ['is empty', sent(Buffer.alloc(0)), 'IMAGE_UNDECODABLE'],
    ['was cut off at its limit', sent(Buffer.alloc(10), { isCut: () => true }), 'FILE_TOO_LARGE'],
    ['is longer than it may be', sent(Buffer.alloc(maxFileSizeBytes + 1)), 'FILE_TOO_LARGE'],
  ])('leaves nothing behind where it %s', async (_, image, code) => {
    expect(await receiveImage(store, place, image)).toMatchObject({ code, filename: 'chair.png' });
    expect(await spooled()).toEqual([]);
  });

  it('leaves nothing behind where its client leaves', async () => {
    const data = (async function* () {
      yield Buffer.from('begun');
      throw new Error('The connection was cut');
    })();
    await expect(receiveImage(store, place, sent(Buffer.alloc(0), { data }))).rejects.toThrow('The connection was cut');
    expect(await spooled()).toEqual([]);
  });

  it('is not called damaged where its file cannot be opened', async () => {
    // As the decoder sees it when there is no descriptor left.
    const spool = {
      ...store.spool,
      receive: async (...given: Parameters<FileStore['spool']['receive']>) => {
        const received = await store.spool.receive(...given);
        await store.spool.discard(received);
        return received;
      },
    };
    const judged = receiveImage({ spool, requireRoom: async () => undefined }, place, sent(await picture()));
    await expect(judged).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is not read where there is no room for it', async () => {
    const full = createDiskStore({ directory, minFreeBytes: Number.MAX_SAFE_INTEGER });
    const read = receiveImage(full, place, sent(await picture()));
    await expect(read).rejects.toBeInstanceOf(StorageFullError);
  });
});
