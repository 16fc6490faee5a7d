/** Pixels of a picture, upright. */
export interface Size {
  width: number;
  height: number;
}

/**
 * The size of a photo, upright: an image outside the page loads its bytes and reads its head, but decodes nothing.
 * @throws if the browser cannot read it
 */
export async function measurePhoto(photo: Blob): Promise<Size> {
  const url = URL.createObjectURL(photo);
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
