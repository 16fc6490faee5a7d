import { InvalidArgumentError } from 'commander';
import { downloadFormats, maxSizeMm, minSizeMm, origins } from '@image2model/protocol';
import type { DownloadFormat, Origin } from '@image2model/protocol';

/** What models are written as. */
export interface FormatFlags {
  /** At least one, each once. */
  formats: readonly DownloadFormat[];
  sizeMm?: number | undefined;
  origin?: Origin | undefined;
}

/** `glb,stl`, also of an option that is given several times. */
export function parseFormats(text: string, before: readonly DownloadFormat[] = []): DownloadFormat[] {
  const formats = new Set(before);
  for (const name of text.split(',')) {
    const format = downloadFormats.find((each) => each === name.trim().toLowerCase());
    if (format === undefined) {
      throw new InvalidArgumentError(`Each format must be one of ${downloadFormats.join(', ')}.`);
    }
    formats.add(format);
  }
  return [...formats];
}

export function parseSizeMm(text: string): number {
  const size = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || size < minSizeMm || size > maxSizeMm) {
    throw new InvalidArgumentError(`It must be a number of millimetres from ${minSizeMm} to ${maxSizeMm}.`);
  }
  return size;
}

export function parseOrigin(text: string): Origin {
  const origin = origins.find((each) => each === text);
  if (origin === undefined) throw new InvalidArgumentError(`It must be one of ${origins.join(', ')}.`);
  return origin;
}
