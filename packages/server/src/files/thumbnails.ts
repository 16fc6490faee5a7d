import { hash } from 'node:crypto';
import type { FileStore } from './contract.ts';
import { shortageOf } from '../shortage.ts';
import { StorageFullError } from './contract.ts';
import { thumbnailKey } from './keys.ts';

/** Small pictures of the photos, made when they are first asked for and kept beside them. */
export interface Thumbnails {
  /** That of the photo with this key: WebP. Throws `FileMissingError` where there is no photo. */
  get(jobId: string, fileId: string, photoKey: string): Promise<Uint8Array>;
}

/**
 * Thumbnails of the photos in a store. One is made at a time: a page asks for those of a whole batch at once, and models
 * are made meanwhile. Without room on the disk, or a descriptor, they are made each time. What is under way is known to
 * this process alone: two may make the same one, under the same key.
 */
export function createThumbnails(files: FileStore): Thumbnails {
  const underWay = new Map<string, Promise<Uint8Array>>();
  let last: Promise<unknown> = Promise.resolve();

  async function make(photoKey: string, key: string): Promise<Uint8Array> {
    // Loaded when it is needed, as for an upload: the image library is a quarter of the memory of a server at rest.
    const { makeThumbnail } = await import('@image2model/mesh');
    const thumbnail = await makeThumbnail(await files.read(photoKey));
    await files.write(key, withChecksum(thumbnail)).catch((error: unknown) => {
      if (!(error instanceof StorageFullError) && shortageOf(error) === undefined) throw error;
    });
    return thumbnail;
  }

  return {
    async get(jobId, fileId, photoKey) {
      const key = thumbnailKey(jobId, fileId);
      const kept = (await files.stat(key)) && (await files.read(key).catch(() => undefined));
      const whole = kept && withoutChecksum(kept);
      if (whole !== undefined) return whole;
      const known = underWay.get(key);
      if (known !== undefined) return await known;
      const made = last.then(async () => await make(photoKey, key));
      last = made.catch(() => undefined);
      underWay.set(key, made);
      try {
        return await made;
      } finally {
        underWay.delete(key);
      }
    },
  };
}

const checksumBytes = 32;

/** A thumbnail with its SHA-256 behind it, where no decoder looks: nothing else knows what its bytes have to be. */
function withChecksum(thumbnail: Uint8Array): Uint8Array {
  return Buffer.concat([thumbnail, hash('sha256', thumbnail, 'buffer')]);
}

/** Undefined where it is no longer what was kept: it is made again. */
function withoutChecksum(kept: Uint8Array): Uint8Array | undefined {
  const thumbnail = kept.subarray(0, -checksumBytes);
  return hash('sha256', thumbnail, 'buffer').equals(kept.subarray(-checksumBytes)) ? thumbnail : undefined;
}
