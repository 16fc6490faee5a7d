import { type FitAnswer, fitPicture, type FitTask, scaleToFit } from './fit-picture.ts';

// By the browser's own decoders; it answers each task, in the order in which they are done.
addEventListener('message', ({ data }: MessageEvent<FitTask>) => void answer(data));

async function answer(task: FitTask): Promise<void> {
  const result: FitAnswer = { id: task.id };
  try {
    // Upright, as everywhere in a browser. Scaled as it is decoded, so that nothing holds all of its pixels for long.
    const bitmap = await createImageBitmap(task.file, { ...scaledSize(task), resizeQuality: 'high' });
    result.blob = await fitPicture(bitmap, task);
    bitmap.close();
  } catch {
    // Then there is none.
  }
  postMessage(result);
}

function scaledSize({ size, maxPixels }: FitTask): { resizeWidth?: number; resizeHeight?: number } {
  if (!size) return {};
  const scale = scaleToFit(size.width * size.height, maxPixels);
  if (scale === 1) return {};
  return { resizeWidth: Math.round(size.width * scale), resizeHeight: Math.round(size.height * scale) };
}
