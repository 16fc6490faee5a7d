/** Types of files that people take for photos, told by their first bytes. */
export type PhotoFormat =
  | 'JPEG'
  | 'PNG'
  | 'WebP'
  | 'HEIC'
  | 'AVIF'
  | 'GIF'
  | 'TIFF'
  | 'SVG'
  | 'BMP'
  | 'PDF'
  | 'JPEG XL';

/** Bytes that {@link formatOf} looks at. */
export const headBytes = 512;

const beginnings: readonly (readonly [RegExp, PhotoFormat])[] = [
  [/^\xff\xd8\xff/, 'JPEG'],
  [/^\x89PNG\r\n.\n/s, 'PNG'],
  [/^RIFF....WEBP/s, 'WebP'],
  [/^....ftypavi[fs]/s, 'AVIF'],
  [/^....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)/s, 'HEIC'],
  [/^GIF8/, 'GIF'],
  [/^(II\*\0|MM\0\*)/, 'TIFF'],
  [/^BM.{4}\0{4}/s, 'BMP'],
  [/^%PDF-/, 'PDF'],
  [/^(\xff\n|\0{3}\fJXL )/, 'JPEG XL'],
  [/^(\xef\xbb\xbf)?\s*(<\?xml|<!--|<!DOCTYPE svg|<svg)[^]*<svg|^\s*<svg/i, 'SVG'],
];

/** The type of a file by its first {@link headBytes}, whatever its name says; undefined if it is none of these. */
export function formatOf(head: Uint8Array): PhotoFormat | undefined {
  const text = Array.from(head, (byte) => String.fromCharCode(byte)).join('');
  return beginnings.find(([beginning]) => beginning.test(text))?.[1];
}
