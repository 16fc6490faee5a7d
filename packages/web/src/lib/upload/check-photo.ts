import { maxFileSizeBytes } from '@image2model/protocol';
import type { MessageKey } from '../messages/index.ts';
import type { Fix } from './photo-fitter.ts';
import { formatOf, headBytes, type PhotoFormat } from './photo-format.ts';

/** Why a file cannot be sent as it is. */
export interface PhotoProblem {
  key: MessageKey;
  /** The name of its type, where that is what is wrong. */
  format?: PhotoFormat;
  /** What would make it acceptable, if something can. */
  fix?: Fix;
}

/** Checks a photo before it is sent, by its size and first bytes; the server checks again. Gives the problem, if any. */
export async function checkPhoto(file: Blob): Promise<PhotoProblem | undefined> {
  if (file.size === 0) return { key: 'upload.bad.empty' };
  const bytes = await file
    .slice(0, headBytes)
    .arrayBuffer()
    .catch(() => undefined);
  if (!bytes) return { key: 'upload.bad.gone' };
  const format = formatOf(new Uint8Array(bytes));
  if (format === undefined) return { key: 'upload.bad.type' };
  if (format === 'HEIC') return { key: 'upload.bad.heic', fix: 'convert' };
  if (format === 'AVIF') return { key: 'upload.bad.format', format, fix: 'convert' };
  if (format !== 'JPEG' && format !== 'PNG' && format !== 'WebP') return { key: 'upload.bad.format', format };
  return file.size > maxFileSizeBytes ? { key: 'upload.bad.large', fix: 'scale' } : undefined;
}
