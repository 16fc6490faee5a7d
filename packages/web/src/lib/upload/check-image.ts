import { maxFileSizeBytes } from '@image2model/protocol';

/** What is wrong with an image: the server's code for it, or `HEIC`, which deserves a remedy of its own. */
export type ImageProblem = 'IMAGE_UNDECODABLE' | 'FILE_TOO_LARGE' | 'UNSUPPORTED_IMAGE_TYPE' | 'HEIC';

/** Judges an image by its size and its first bytes, never by its name; the server looks closer. */
export async function checkImage(file: Blob): Promise<ImageProblem | undefined> {
  if (file.size === 0) return 'IMAGE_UNDECODABLE';
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const text = String.fromCharCode(...head);
  if (/^ftyp(hei|hev|mif1|msf1)/.test(text.slice(4))) return 'HEIC';
  const isImage =
    text.startsWith('\xff\xd8\xff') ||
    text.startsWith('\x89PNG\r\n\x1a\n') ||
    (text.startsWith('RIFF') && text.slice(8) === 'WEBP');
  if (!isImage) return 'UNSUPPORTED_IMAGE_TYPE';
  return file.size > maxFileSizeBytes ? 'FILE_TOO_LARGE' : undefined;
}
