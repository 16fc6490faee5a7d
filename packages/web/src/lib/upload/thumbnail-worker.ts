/** What the page asks of this worker; it answers with `id` and, where the photo can be read, the small picture. */
export interface ThumbnailTask {
  id: number;
  file: File;
  /** Pixels that it is to have. */
  width: number;
  height: number;
}

export interface ThumbnailAnswer {
  id: number;
  blob?: Blob;
}

// Away from the page, whose thread scaling a photo of 12 megapixels would hold for some 50 ms.
addEventListener('message', ({ data }: MessageEvent<ThumbnailTask>) => void answer(data));

async function answer(task: ThumbnailTask): Promise<void> {
  const given: ThumbnailAnswer = { id: task.id };
  try {
    given.blob = await scaled(task);
  } catch {
    // Then there is none.
  }
  postMessage(given);
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
