import { maxSizeMm, minSizeMm, printSizeMm, type DownloadFormat, type Statistics } from '@image2model/protocol';

/** The sides of a model in millimetres. */
export interface SidesMm {
  width: number;
  height: number;
  depth: number;
}

/** The sides of a model as it was made; undefined where nobody measured it. */
export function sidesOf({ size_mm, width, height, depth }: Statistics): SidesMm | undefined {
  if (size_mm !== undefined) return size_mm;
  if (width === undefined || height === undefined || depth === undefined) return undefined;
  return { width: 1000 * width, height: 1000 * height, depth: 1000 * depth };
}

/** How much a model grows to be so long: 1 where it stays as it is. */
export function growth({ width, height, depth }: SidesMm, sizeMm: number | undefined): number {
  const longest = Math.max(width, height, depth);
  return sizeMm === undefined || longest === 0 ? 1 : sizeMm / longest;
}

/** The size of a download: the chosen one, or the usual one of formats for printing. Undefined for the model's own. */
export function sizeAs(format: DownloadFormat, chosenMm: number | undefined): number | undefined {
  return chosenMm ?? (format === 'stl' || format === '3mf' ? printSizeMm : undefined);
}

/** What a field for the size holds: a size, nothing, or something that is no size. */
export function readSizeMm(text: string, isNumber: boolean): number | undefined | 'invalid' {
  if (!isNumber) return 'invalid';
  if (text.trim() === '') return undefined;
  const size = Number(text);
  return size >= minSizeMm && size <= maxSizeMm ? size : 'invalid';
}
