import sharp from 'sharp';
import { uploadForm } from './server.ts';

/** A black picture with a white square in its middle; all white, or all black, on request. */
export async function mask(
  {
    width = 32,
    height = 32,
    kind = 'square',
  }: { width?: number; height?: number; kind?: 'square' | 'white' | 'black' } = {},
  format: 'png' | 'jpeg' | 'webp' = 'png',
): Promise<Buffer> {
  const background = kind === 'white' ? 'white' : 'black';
  const image = sharp({ create: { width, height, channels: 3, background }, limitInputPixels: false });
  if (kind !== 'square') return await image.toFormat(format).toBuffer();
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const square = await sharp({ create: { width: w, height: h, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  return await image
    .composite([{ input: square, gravity: 'centre' }])
    .toFormat(format)
    .toBuffer();
}

/** A form as an upload sends it, with masks. */
export function maskedForm(
  files: [name: string, bytes: Uint8Array][],
  masks: [name: string, bytes: Uint8Array][],
  fields: Record<string, string> = {},
): FormData {
  const form = uploadForm(files, fields);
  for (const [name, bytes] of masks) form.append('masks', new Blob([Uint8Array.from(bytes)]), name);
  return form;
}
