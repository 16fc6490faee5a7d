import type { FileStore } from './contract.ts';
import { StorageFullError } from './contract.ts';
import { thumbnailKey } from './keys.ts';

/** Small pictures of the photos, made when they are first asked for and kept beside them. */
export interface Thumbnails {
  /** That of the photo with this key: WebP. Throws `FileMissingError` where there is no photo. */
  get(jobId: string, fileId: string, photoKey: string): Promise<Uint8Array>;
}

/**
 * Thumbnails of the photos in a store. One is made at a time: a page asks for those of a whole batch at once, and models
 * are made meanwhile. Without room on the disk they are made each time. What is under way is known to this process
 * alone: two may make the same one, under the same key.
 */
export function createThumbnails(files: FileStore): Thumbnails {
  const underWay = new Map<string, Promise<Uint8Array>>();
  let last: Promise<unknown> = Promise.resolve();

  async function make(photoKey: string, key: string): Promise<Uint8Array> {
    // Loaded when it is needed, as for an upload: the image library is a quarter of the memory of a server at rest.
    const { makeThumbnail } = await import('@image2model/mesh');
    const thumbnail = await makeThumbnail(await files.read(photoKey));
    await files.write(key, thumbnail).catch((error: unknown) => {
      if (!(error instanceof StorageFullError)) throw error;
    });
    return thumbnail;
  }

  return {
    async get(jobId, fileId, photoKey) {
      const key = thumbnailKey(jobId, fileId);
      if ((await files.stat(key)) !== undefined) return await files.read(key);
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
