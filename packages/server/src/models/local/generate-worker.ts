import { isMarkedAsUntransferable } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { generateModel, ImageError } from '@image2model/mesh';
import type { GenerateOptions, ImageErrorCode, Message, Statistics } from '@image2model/mesh';
import sharp from 'sharp';

/** The input of a thread; `image` and `reports` are transferred, not copied. */
export interface LocalTask {
  image: Uint8Array;
  options: GenerateOptions;
  /** Receives each `GenerateProgress`. */
  reports: MessagePort;
}

/**
 * The output of a thread. A failure is a value, because an error thrown across threads loses its code; so an exception
 * always means that the thread itself died.
 */
export type LocalResult =
  | { glb: Uint8Array; preview: Uint8Array; statistics: Statistics }
  | { rejected: { code: ImageErrorCode; message: Message } }
  | { failed: { message: string; stack: string | undefined } };

// There is one thread per file; more threads within each would only compete for the same cores.
sharp.concurrency(1);
sharp.cache(false);

/** One generation. Never throws; to stop it, end the thread. */
export default async function generate({ image, options, reports }: LocalTask): Promise<LocalResult> {
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
    const made = await generateModel(image, options, { report: (progress) => reports.postMessage(progress) });
    return { ...made, glb: ownBytes(made.glb), preview: ownBytes(made.preview) };
  } catch (error) {
    if (error instanceof ImageError) {
      const { code, message: text, id, values } = error;
      return { rejected: { code, message: { text, id, values } } };
    }
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { failed: { message, stack } };
  } finally {
    reports.close();
  }
}

/** The buffers of a result are moved to the other thread instead of copied. */
export function transferred(result: LocalResult): ArrayBuffer[] {
  return 'glb' in result ? [result.glb.buffer as ArrayBuffer, result.preview.buffer as ArrayBuffer] : [];
}

/** The same bytes in a buffer that holds nothing else and can be transferred. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  const whole = bytes.byteLength === bytes.buffer.byteLength;
  return whole && !isMarkedAsUntransferable(bytes.buffer) ? bytes : new Uint8Array(bytes);
}
