import { ImageError } from './image-error.ts';
import { decode, readHeader } from './image/open-image.ts';
import { meshMessage } from './messages.ts';
import type { ImageInfo } from './types.ts';

/**
 * Checks an image by its content: type, size and, by decoding all of it, that it is complete.
 * @param image Bytes, or a file's path.
 * @throws ImageError where `generateModel` could not use it.
 */
export async function inspectImage(image: Uint8Array | string): Promise<ImageInfo> {
  const info = await readHeader(image);
  await decodeAll(image, info);
  return info;
}

async function decodeAll(image: Uint8Array | string, header: ImageInfo): Promise<void> {
  const { data, info } = await decode(image, header, (opened) =>
    opened.resize(64, 64, { fit: 'inside', fastShrinkOnLoad: true }).toColourspace('srgb').raw(),
  );
  if (info.channels !== 4 && info.channels !== 2) return;
  for (let i = info.channels - 1; i < data.length; i += info.channels) if (data[i] !== 0) return;
  throw new ImageError('NO_FOREGROUND', meshMessage('mesh.image_transparent'));
}
