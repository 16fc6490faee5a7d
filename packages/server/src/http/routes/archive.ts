import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { FileStore } from '../../files/contract.ts';
import { listedFiles } from '../../files/listed.ts';
import type { ExaminedModel } from './lost-files.ts';

/** What is packed, and the names of what is lost. */
export interface Archive {
  files: { key: string; filename: string; made: Date }[];
  missing: string[];
}

/** The files of finished models, but for those that are lost. */
export function packable(models: readonly ExaminedModel[]): Archive {
  const files = models.flatMap(({ place, result, lost }) => {
    const made = zipTime(Date.parse(result.created_time));
    const gone = new Set(lost.map(({ key }) => key));
    const whole = listedFiles(place, result).filter(({ key }) => !gone.has(key));
    return whole.map(({ key, filename }) => ({ key, filename, made }));
  });
  return { files, missing: models.flatMap(({ lost }) => lost.map(({ filename }) => filename)) };
}

/**
 * A ZIP of files, read from the store one at a time as the reader goes on, and `MISSING.txt` where some are lost. Stored
 * and not compressed: pictures are most of a model, and they are compressed already. Destroying the stream closes what is
 * open.
 */
export function archiveStream(files: FileStore, archive: Archive): Readable {
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
  for (const { key, filename, made } of archive.files) {
    zip.addReadStreamLazy(filename, { compress: false, mtime: made }, (give) => void openNext(key, give));
  }
  const mtime = zipTime(Date.now());
  if (archive.missing.length > 0)
    zip.addBuffer(Buffer.from(missingNote(archive.missing)), 'MISSING.txt', { compress: false, mtime });
  zip.once('error', (error: Error) => output.destroy(error));
  output.once('close', () => current?.destroy());
  zip.end();
  return output;
}

/** What the 32 bits of a ZIP can hold: for a clock that is far off, yazl would throw where nobody can catch it. */
function zipTime(timeMs: number): Date {
  return new Date(Math.min(Math.max(timeMs, 0), 0xffffffff * 1000));
}

function missingNote(names: readonly string[]): string {
  return [
    'These files are missing or damaged on the server, and are not in this archive.',
    'Retry the job to make them again.',
    '',
    ...names,
    '',
  ].join('\r\n');
}
