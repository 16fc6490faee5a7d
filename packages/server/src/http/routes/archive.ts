import { parse } from 'node:path';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { FileStore } from '../../files/contract.ts';
import { listedFiles } from '../../files/listed.ts';
import { convertedFilename, numbered } from '../../files/names.ts';
import type { Converter } from '../../files/converter.ts';
import { isStored } from './format-query.ts';
import type { Form } from './format-query.ts';
import type { ExaminedModel } from './lost-files.ts';

/** What is packed, and the names of what is lost. */
export interface Archive {
  files: { key: string; filename: string; made: Date; form?: Form }[];
  missing: string[];
}

/** The files of finished models, but for those that are lost; the models themselves in the form that is asked for. */
export function packable(models: readonly ExaminedModel[], form: Form): Archive {
  const whole = models.flatMap(({ place, result, lost }) => {
    const made = zipTime(Date.parse(result.created_time));
    const gone = new Set(lost.map(({ key }) => key));
    const there = listedFiles(place, result).filter(({ key }) => !gone.has(key));
    return there.map(({ kind, key, filename }) => ({ kind, key, filename, made }));
  });
  const taken = new Set(whole.map(({ filename }) => filename.toLowerCase()));
  const files = whole.map(({ kind, key, filename, made }) => {
    if (kind !== 'model' || isStored(form)) return { key, filename, made };
    // A hosted model may have come with a file of that name.
    const wanted = convertedFilename(filename, form.format);
    return { key, filename: wanted === filename ? filename : numbered(wanted, taken), made, form };
  });
  return { files, missing: models.flatMap(({ lost }) => lost.map(({ filename }) => filename)) };
}

/** What files are read and converted with. */
interface ArchiveContext {
  files: FileStore;
  converter: Converter;
}

/**
 * A ZIP of files, read from the store one at a time as the reader goes on, and `MISSING.txt` where some are lost. Stored
 * and not compressed: pictures are most of a model, and they are compressed already. Destroying the stream closes what is
 * open. A model is converted when its turn comes.
 */
export function archiveStream({ files, converter }: ArchiveContext, archive: Archive): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  let current: Readable | undefined;

  type Give = (error: null, stream: Readable) => void;
  const openNext = async ({ key, filename, form }: Archive['files'][number], give: Give): Promise<void> => {
    try {
      current = form === undefined ? await files.open(key) : await openConverted(key, form, parse(filename).name);
      current.once('error', (error) => output.destroy(error));
      if (output.destroyed) current.destroy();
      give(null, current);
    } catch (error) {
      output.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const openConverted = async (key: string, { format, placement }: Form, name: string): Promise<Readable> =>
    Readable.from([(await converter.convert({ glb: await files.read(key), format, placement, name })).bytes]);
  for (const file of archive.files) {
    const { filename, made } = file;
    zip.addReadStreamLazy(filename, { compress: false, mtime: made }, (give) => void openNext(file, give));
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
