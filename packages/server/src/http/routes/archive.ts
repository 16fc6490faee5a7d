import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { FileStore } from '../../files/contract.ts';
import { extraKey, modelKey, previewKey } from '../../files/keys.ts';
import { previewFilename } from '../../files/names.ts';
import type { FinishedModel } from './job-files.ts';

/**
 * A ZIP of models, their pictures and what came with them, read from the store one file at a time as the reader goes
 * on. Stored and not compressed: pictures are most of a model, and they are compressed already. Destroying the stream
 * closes what is open.
 */
export function archiveStream(files: FileStore, models: readonly FinishedModel[]): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  let current: Readable | undefined;

  const openNext = async (key: string, give: (error: null, stream: Readable) => void): Promise<void> => {
    try {
      current = await files.open(key);
      current.once('error', (error) => output.destroy(error));
      if (output.destroyed) current.destroy();
      give(null, current);
    } catch (error) {
      output.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const add = (name: string, key: string, made: string): void => {
    zip.addReadStreamLazy(name, { compress: false, mtime: new Date(made) }, (give) => {
      void openNext(key, give);
    });
  };
  for (const { place, result } of models) {
    add(result.filename, modelKey(place), result.created_time);
    if (result.rendered_image !== null) {
      add(previewFilename(result.filename), previewKey(place), result.created_time);
    }
    for (const [index, extra] of (result.extra_files ?? []).entries()) {
      add(extra.filename, extraKey(place, index), result.created_time);
    }
  }
  zip.once('error', (error: Error) => output.destroy(error));
  output.once('close', () => current?.destroy());
  zip.end();
  return output;
}
