/** A task for this worker; it answers with `id` and, if the photo can be read, the thumbnail. */
export interface ThumbnailTask {
  id: number;
  file: File;
  /** Of the thumbnail, in pixels. */
  width: number;
  height: number;
}

export interface ThumbnailAnswer {
  id: number;
  blob?: Blob;
}

// Scaling a photo of 12 megapixels would block the page's thread for some 50 ms.
addEventListener('message', ({ data }: MessageEvent<ThumbnailTask>) => void answer(data));

async function answer(task: ThumbnailTask): Promise<void> {
  const result: ThumbnailAnswer = { id: task.id };
  try {
    result.blob = await scaled(task);
  } catch {
    // Then there is none.
  }
  postMessage(result);
}

async function scaled({ file, width, height }: ThumbnailTask): Promise<Blob> {
  const bitmap = await createImageBitmap(file, {
    resizeWidth: width,
    resizeHeight: height,
    resizeQuality: 'medium',
  });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return await canvas.convertToBlob({ type: 'image/webp', quality: 0.8 });
}
