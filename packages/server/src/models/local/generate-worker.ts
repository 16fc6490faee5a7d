import { isMarkedAsUntransferable } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { generateModel, ImageError } from '@image2model/mesh';
import type { GenerateOptions, ImageErrorCode, Message, Statistics } from '@image2model/mesh';
import { Piscina, transferableSymbol, valueSymbol } from 'piscina';
import sharp from 'sharp';

/** What a thread is given; `image` and `reports` are handed over, not copied. */
export interface LocalTask {
  image: Uint8Array;
  options: GenerateOptions;
  /** Takes each `GenerateProgress`. */
  reports: MessagePort;
}

/**
 * What a thread gives back. A failure is a value: an error that crosses threads as an exception loses its code, and so
 * an exception can only mean that the thread itself broke down.
 */
export type LocalResult =
  | { glb: Uint8Array; preview: Uint8Array; statistics: Statistics }
  | { refused: { code: ImageErrorCode; message: Message } }
  | { failed: { message: string; stack: string | undefined } };

// There is a thread for each file; threads within threads would only fight for the same cores.
sharp.concurrency(1);
sharp.cache(false);

/** One generation. Never throws; whoever wants it stopped ends the thread. */
export default async function generate({ image, options, reports }: LocalTask): Promise<LocalResult> {
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
    const made = await generateModel(image, options, { report: (progress) => reports.postMessage(progress) });
    return handOver({ ...made, glb: ownBytes(made.glb), preview: ownBytes(made.preview) });
  } catch (error) {
    if (error instanceof ImageError) {
      const { code, message: text, id, values } = error;
      return { refused: { code, message: { text, id, values } } };
    }
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { failed: { message, stack } };
  } finally {
    reports.close();
  }
}

/** Marks the buffers of a result as moved to the other thread instead of copied. */
function handOver<Result extends { glb: Uint8Array; preview: Uint8Array }>(result: Result): Result {
  const movable = Piscina.move({
    get [transferableSymbol]() {
      return [result.glb.buffer, result.preview.buffer];
    },
    get [valueSymbol]() {
      return result;
    },
  });
  // Piscina unwraps it on the way: what arrives is `result`.
  return movable as unknown as Result;
}

/** The same bytes in a buffer that holds nothing else and may change its thread. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  const whole = bytes.byteLength === bytes.buffer.byteLength;
  return whole && !isMarkedAsUntransferable(bytes.buffer) ? bytes : new Uint8Array(bytes);
}
