import { readFile } from 'node:fs/promises';
import { maxFileSizeBytes, message, messageRef } from '@image2model/protocol';
import type { ErrorCode, Message, ProblemItem } from '@image2model/protocol';
import type { NewFile } from '../engine/contract.ts';
import { FileTooLargeError } from '../files/contract.ts';
import type { FileStore, Spool, SpooledFile } from '../files/contract.ts';
import { imageKey } from '../files/keys.ts';
import { cleanFilename } from '../files/names.ts';
import type { ReceivedMask } from './masks.ts';

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
  /** Of the upright image, in pixels. */
  size: Size;
  /** It goes into the store with the image. */
  mask?: ReceivedMask;
}

/** In pixels. */
export interface Size {
  width: number;
  height: number;
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
  const received = await spoolImage(store, sent, judgePhoto);
  if (received.code !== undefined) return received;
  const { filename, spooled, contentType, ...size } = received;
  const { sizeBytes, sha256 } = spooled;
  const pixels = size.width * size.height;
  const storageKey = imageKey(jobId, fileId);
  return { file: { fileId, filename, contentType, sizeBytes, sha256, pixels, storageKey }, spooled, size };
}

/** What an image is found to be. */
export type Judged = Size & { contentType: string; code?: never };

/** An image on this machine, under its clean name. */
export interface SpooledImage {
  filename: string;
  spooled: SpooledFile;
}

/** Receives an image into the spool, under its clean name; nothing is kept of one that the judge, or its size, refuses. */
export async function spoolImage<Judgement extends { code?: never }>(
  store: Pick<FileStore, 'spool' | 'requireRoom'>,
  sent: SentImage,
  judge: (path: string, filename: string) => Promise<Judgement | ImageProblem>,
): Promise<(Judgement & SpooledImage) | ImageProblem> {
  const filename = cleanFilename(sent.filename);
  // Before each image: what came in meanwhile may have used up the room there was.
  await store.requireRoom();
  const spooled = await receive(store.spool, sent);
  if (spooled === undefined) {
    const said = message('image.too_large', { filename, max: maxFileSizeBytes / 1024 / 1024 });
    return problem('FILE_TOO_LARGE', said, filename);
  }
  try {
    const isEmpty = spooled.sizeBytes === 0;
    const judged = isEmpty
      ? problem('IMAGE_UNDECODABLE', message('image.empty', { filename }), filename)
      : await judge(spooled.path, filename);
    if (judged.code === undefined) return { ...judged, filename, spooled };
    await store.spool.discard(spooled);
    return judged;
  } catch (error) {
    await store.spool.discard(spooled);
    throw error;
  }
}

/** Removes what was received and becomes no job. */
export async function discard(
  store: Pick<FileStore, 'spool'>,
  received: readonly Pick<ReceivedImage, 'spooled'>[],
): Promise<void> {
  await Promise.all(received.map(({ spooled }) => store.spool.discard(spooled)));
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

async function judgePhoto(path: string, filename: string): Promise<Judged | ImageProblem> {
  // Loaded with the first upload: the image library is a quarter of the memory of a server at rest.
  const { ImageError, inspectImage } = await import('@image2model/mesh');
  try {
    const { contentType, width, height } = await inspectImage(path).catch(async (error: unknown) => {
      if (!(error instanceof ImageError)) throw error;
      // The decoder says of a file that it cannot open what it says of a damaged one. Of bytes it can only say what is
      // true of them; and if they cannot be read either, that is why.
      return await inspectImage(await readFile(path));
    });
    return { contentType, width, height };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const { code, message: text, id, values } = error;
    return problem(code, { text, id, values }, filename);
  }
}

/** What is wrong with the image of this name. */
export function problem(code: ErrorCode, said: Message, filename: string): ImageProblem {
  return { code, detail: said.text, ...messageRef(said), filename };
}
