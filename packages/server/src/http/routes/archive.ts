import type { Readable } from 'node:stream';
import type { ModelFile } from '@image2model/protocol';
import { ZipFile } from 'yazl';
import type { FileStore } from '../../files/contract.ts';
import { extraKey, modelKey, previewKey } from '../../files/keys.ts';
import { previewFilename } from '../../files/names.ts';

/**
 * A ZIP of models, their pictures and what came with them, read from the store one file at a time as the reader takes it. Stored and not
 * compressed: pictures are most of a model, and they are compressed already. Destroying the stream closes what is open.
 */
export function archiveStream(files: FileStore, jobId: string, models: readonly ModelFile[]): Readable {
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
  for (const model of models) {
    add(model.filename, modelKey(jobId, model.file_id), model.created_time);
    if (model.rendered_image !== null) {
      add(previewFilename(model.filename), previewKey(jobId, model.file_id), model.created_time);
    }
    for (const [index, extra] of (model.extra_files ?? []).entries()) {
      add(extra.filename, extraKey(jobId, model.file_id, index), model.created_time);
    }
  }
  zip.once('error', (error: Error) => output.destroy(error));
  output.once('close', () => current?.destroy());
  zip.end();
  return output;
}
