import { maxFileSizeBytes } from '@image2model/protocol';
import { t } from '../messages/index.ts';

/** Formats that people do send and that are not accepted, by how their files begin. */
const unsupported: readonly (readonly [format: string, begins: RegExp])[] = [
  ['GIF', /^GIF8/],
  ['AVIF', /^.{4}ftypavi[fs]/s],
  ['TIFF', /^(II\*\0|MM\0\*)/],
  ['BMP', /^BM/],
  ['PDF', /^%PDF/],
  ['SVG', /^(\xef\xbb\xbf)?\s*<(\?xml|svg)/],
];

/**
 * Checks a photo before it is sent, by its first bytes and its size; the server checks again. Gives what is wrong and
 * what to do about it, if anything is.
 */
export async function checkPhoto(file: Blob): Promise<string | undefined> {
  if (file.size === 0) return t('upload.bad.empty');
  const bytes = await file
    .slice(0, 32)
    .arrayBuffer()
    .catch(() => undefined);
  if (!bytes) return t('upload.bad.gone');
  const head = String.fromCharCode(...new Uint8Array(bytes));
  if (!isAccepted(head)) return formatText(head);
  return file.size > maxFileSizeBytes ? t('upload.bad.large') : undefined;
}

function isAccepted(head: string): boolean {
  return (
    head.startsWith('\xff\xd8\xff') ||
    head.startsWith('\x89PNG\r\n\x1a\n') ||
    (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP')
  );
}

function formatText(head: string): string {
  if (/^.{4}ftyp(heic|heix|hevc|mif1|msf1)/s.test(head)) return t('upload.bad.heic');
  const format = unsupported.find(([, begins]) => begins.test(head))?.[0];
  return format === undefined ? t('upload.bad.type') : t('upload.bad.format', { format });
}
