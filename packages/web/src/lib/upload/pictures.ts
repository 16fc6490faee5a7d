/** Pixels of a picture as it is shown, turned upright. */
export interface Size {
  width: number;
  height: number;
}

/** Looks at photos for a batch, a few at a time however many there are. Nothing here rejects. */
export interface Pictures {
  /** From the head of the file alone; undefined where the browser cannot read it. */
  measure(file: File): Promise<Size | undefined>;
  /** Address of a small picture of it, turned upright; who asked frees it. Undefined where the browser cannot read it. */
  thumbnail(file: File, size: Size): Promise<string | undefined>;
}

/** Pixels of the longer side of a thumbnail: sharp on a phone's screen, and some 30 KB where the photo has 48 MB. */
const side = 480;
/** Photos that are decoded at the same time. Each takes the memory of all its pixels while it is. */
const atOnce = 2;

/** By the browser's own decoders, off the page's thread. */
export function browserPictures(): Pictures {
  const forHeads = inTurns(atOnce * 2);
  const forPixels = inTurns(atOnce);
  return {
    measure: async (file) => await forHeads(async () => await measure(file)),
    thumbnail: async (file, size) => await forPixels(async () => await thumbnail(file, size)),
  };
}

/** An image that is in no page loads its bytes and reads its head, but decodes nothing. */
async function measure(file: File): Promise<Size> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    await new Promise((resolve, reject) => {
      image.addEventListener('load', resolve);
      image.addEventListener('error', reject);
      image.src = url;
    });
    return { width: image.naturalWidth, height: image.naturalHeight };
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function thumbnail(file: File, { width, height }: Size): Promise<string> {
  const scale = Math.min(1, side / Math.max(width, height));
  const resizeWidth = Math.max(1, Math.round(width * scale));
  const resizeHeight = Math.max(1, Math.round(height * scale));
  const bitmap = await createImageBitmap(file, { resizeWidth, resizeHeight, resizeQuality: 'medium' });
  try {
    const canvas = document.createElement('canvas');
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/webp', 0.8));
    if (!blob) throw new Error('The picture is too large to draw');
    return URL.createObjectURL(blob);
  } finally {
    bitmap.close();
  }
}

/** Runs at most so many at once, the others after them in their order; what fails gives undefined. */
function inTurns(most: number): <T>(work: () => Promise<T>) => Promise<T | undefined> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => void waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } catch {
      return undefined;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
