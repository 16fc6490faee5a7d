import { readFile } from 'node:fs/promises';
import { cutImage, ImageError, inspectImage, previewShapes } from '@image2model/mesh';
import type { ImageCuts, ImageErrorCode, Message } from '@image2model/mesh';
import sharp from 'sharp';
import { judgeMaskOf } from '../jobs/masks.ts';
import type { ImageProblem } from '../jobs/intake.ts';

/** The input of a thread: where the image lies, and whether likely shapes are asked for too, of a mask if there is one. */
export interface CutTask {
  path: string;
  mask?: { path: string; filename: string } | undefined;
  shapes: boolean;
}

/** What the object could become, likeliest first. */
type Shapes = Awaited<ReturnType<typeof previewShapes>>['shapes'];

/** The output of a thread. A failure is a value, because an error thrown across threads loses its code. */
export type CutResult =
  | { cuts: ImageCuts; shapes?: Shapes }
  | { rejected: { code: ImageErrorCode; message: Message } }
  | { refusedMask: ImageProblem };

// Generations need the other cores.
sharp.concurrency(1);
sharp.cache(false);

/** Cuts out one image. To stop it, end the thread. */
export default async function cut({ path, mask, shapes }: CutTask): Promise<CutResult> {
  try {
    const image = await readFile(path);
    // As an upload would.
    const photo = await inspectImage(image);
    const [refusedMask] = mask ? await judgeMaskOf(photo, mask) : [];
    if (refusedMask) return { refusedMask };
    const cuts = await cutImage(image);
    if (!shapes) return { cuts };
    return { cuts, ...(await previewShapes(image, { mask: mask && (await readFile(mask.path)) })) };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const { code, message: text, id, values } = error;
    return { rejected: { code, message: { text, id, values } } };
  }
}
