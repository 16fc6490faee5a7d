import { maxFileSizeBytes } from '@image2model/protocol';
import type { MessageKey } from '../messages/index.ts';

/** Checks a photo before it is sent, by its size and first bytes; the server checks again. Gives the error, if any. */
export async function checkPhoto(file: Blob): Promise<MessageKey | undefined> {
  if (file.size === 0) return 'upload.bad.empty';
  if (file.size > maxFileSizeBytes) return 'upload.bad.large';
  const bytes = await file
    .slice(0, 32)
    .arrayBuffer()
    .catch(() => undefined);
  if (!bytes) return 'upload.bad.gone';
  const head = new Uint8Array(bytes);
  const ascii = String.fromCharCode(...head);
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return undefined;
  if (ascii.startsWith('\x89PNG\r\n\x1a\n')) return undefined;
  if (ascii.startsWith('RIFF') && ascii.slice(8, 12) === 'WEBP') return undefined;
  return /^....ftyp(heic|heix|hevc|mif1|msf1)/s.test(ascii) ? 'upload.bad.heic' : 'upload.bad.type';
}
