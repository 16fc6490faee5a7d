import startDecoder from 'libheif-js/libheif-wasm/libheif-bundle.mjs';
import { type FitAnswer, fitPicture, type FitTask } from './fit-picture.ts';

/**
 * Decodes HEIC where the browser cannot. Loaded with the first such photo alone: its decoder has two megabytes. One photo
 * after the other, since the decoder does not share its memory.
 */
let turn = Promise.resolve();
addEventListener('message', ({ data }: MessageEvent<FitTask>) => {
  turn = turn.then(async () => await answer(data));
});

async function answer(task: FitTask): Promise<void> {
  const result: FitAnswer = { id: task.id };
  try {
    result.blob = await fitPicture(await decode(task.file), task);
  } catch {
    // Then there is none.
  }
  postMessage(result);
}

async function decode(file: Blob): Promise<OffscreenCanvas> {
  const { HeifDecoder } = startDecoder();
  const images = new HeifDecoder().decode(new Uint8Array(await file.arrayBuffer()));
  const main = images.find((image) => image.is_primary()) ?? images[0];
  if (!main) throw new Error('There is no picture in this file');
  try {
    const canvas = new OffscreenCanvas(main.get_width(), main.get_height());
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser cannot draw here');
    const pixels = context.createImageData(canvas.width, canvas.height);
    const shown = await new Promise((resolve) => main.display(pixels, resolve));
    if (!shown) throw new Error('The picture is damaged');
    context.putImageData(pixels, 0, 0);
    return canvas;
  } finally {
    for (const image of images) image.free();
  }
}
