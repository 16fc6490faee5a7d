import { readFile } from 'node:fs/promises';
import { maxFileSizeBytes, message, messageRef } from '@image2model/protocol';
import type { ErrorCode, Message, ProblemItem } from '@image2model/protocol';
import type { NewFile } from '../engine/contract.ts';
import { FileTooLargeError } from '../files/contract.ts';
import type { FileStore, Spool, SpooledFile } from '../files/contract.ts';
import { imageKey } from '../files/keys.ts';
import { cleanFilename } from '../files/names.ts';

/** An image as a client sends it. */
export interface SentImage {
  /** Whatever the client calls it. */
  filename: string;
  data: AsyncIterable<Uint8Array>;
  /** Whether the data was cut off at its limit; asked once it was read. */
  isCut: () => boolean;
}

/** A good image that is on this machine and not in the store yet. */
export interface ReceivedImage {
  file: NewFile;
  spooled: SpooledFile;
}

/** What is wrong with an image. */
export type ImageProblem = ProblemItem & { code: ErrorCode };

/**
 * Receives an image into the store's spool and judges it there by its content. Nothing is kept of one that is refused.
 * Throws `StorageFullError` where there is no room for it.
 */
export async function receiveImage(
  store: Pick<FileStore, 'spool' | 'requireRoom'>,
  { jobId, fileId }: { jobId: string; fileId: string },
  sent: SentImage,
): Promise<ReceivedImage | ImageProblem> {
  const filename = cleanFilename(sent.filename);
  // Before each image: what came in meanwhile may have used up the room there was.
  await store.requireRoom();
  const spooled = await receive(store.spool, sent);
  if (spooled === undefined) {
    const said = message('image.too_large', { filename, max: maxFileSizeBytes / 1024 / 1024 });
    return problem('FILE_TOO_LARGE', said, filename);
  }
  try {
    const judged = await judge(spooled, filename);
    if ('code' in judged) {
      await store.spool.discard(spooled);
      return judged;
    }
    const { sizeBytes, sha256 } = spooled;
    return { file: { fileId, filename, sizeBytes, sha256, storageKey: imageKey(jobId, fileId), ...judged }, spooled };
  } catch (error) {
    await store.spool.discard(spooled);
    throw error;
  }
}

/** Removes images that do not become a job. */
export async function discardImages(store: Pick<FileStore, 'spool'>, images: readonly ReceivedImage[]): Promise<void> {
  await Promise.all(images.map(({ spooled }) => store.spool.discard(spooled)));
}

/** Undefined, with nothing kept, for an image that is too large, whoever noticed it. */
async function receive(spool: Spool, { data, isCut }: SentImage): Promise<SpooledFile | undefined> {
  try {
    const spooled = await spool.receive(data, { maxBytes: maxFileSizeBytes });
    if (!isCut()) return spooled;
    await spool.discard(spooled);
  } catch (error) {
    if (!(error instanceof FileTooLargeError)) throw error;
  }
  return undefined;
}

async function judge(
  spooled: SpooledFile,
  filename: string,
): Promise<Pick<NewFile, 'contentType' | 'pixels'> | ImageProblem> {
  if (spooled.sizeBytes === 0) return problem('IMAGE_UNDECODABLE', message('image.empty', { filename }), filename);
  // Loaded with the first upload: the image library is a quarter of the memory of a server at rest.
  const { ImageError, inspectImage } = await import('@image2model/mesh');
  try {
    return await inspect(spooled.path);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const { code, message: text, id, values } = error;
    return problem(code, { text, id, values }, filename);
  }

  async function inspect(path: string): Promise<Pick<NewFile, 'contentType' | 'pixels'>> {
    const { contentType, width, height } = await inspectImage(path).catch(async (error: unknown) => {
      if (!(error instanceof ImageError)) throw error;
      // The decoder says of a file that it cannot open what it says of a damaged one. Of bytes it can only say what is
      // true of them; and if they cannot be read either, that is why.
      return await inspectImage(await readFile(path));
    });
    return { contentType, pixels: width * height };
  }
}

function problem(code: ErrorCode, said: Message, filename: string): ImageProblem {
  return { code, detail: said.text, ...messageRef(said), filename };
}
