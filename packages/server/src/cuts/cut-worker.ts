import { readFile } from 'node:fs/promises';
import { cutImage, ImageError } from '@image2model/mesh';
import type { ImageCuts, ImageErrorCode, Message } from '@image2model/mesh';
import sharp from 'sharp';

/** The input of a thread: where the image lies. */
export interface CutTask {
  path: string;
}

/** The output of a thread. A failure is a value, because an error thrown across threads loses its code. */
export type CutResult = { cuts: ImageCuts } | { rejected: { code: ImageErrorCode; message: Message } };

// Generations need the other cores.
sharp.concurrency(1);
sharp.cache(false);

/** Cuts out one image. To stop it, end the thread. */
export default async function cut({ path }: CutTask): Promise<CutResult> {
  try {
    return { cuts: await cutImage(await readFile(path)) };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const { code, message: text, id, values } = error;
    return { rejected: { code, message: { text, id, values } } };
  }
}
