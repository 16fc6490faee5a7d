import { createHash } from 'node:crypto';
import type { Entry, NewFile, NewJob } from '../../src/engine/contract.ts';
import { entryEvent } from '../../src/engine/contract.ts';
import type { TaskEvent } from '@image2model/protocol';

let count = 0;

/** A UUIDv7 for tests: later ones sort after earlier ones, within a millisecond too. */
export function uuid(): string {
  count += 1;
  const time = Date.now().toString(16).padStart(12, '0');
  const random = createHash('sha256').update(`${process.pid} ${count} ${performance.now()}`).digest('hex');
  const order = (count % 4096).toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-8${random.slice(0, 3)}-${random.slice(3, 15)}`;
}

/** A job of so many photos, none of which exists in a file store. The bytes of each are its id. */
export function newJob(files = 1, fields: Partial<NewJob> = {}): NewJob {
  const jobId = fields.jobId ?? uuid();
  return {
    jobId,
    taskId: uuid(),
    owner: 'somebody',
    model: 'test',
    options: {},
    faceLimit: null,
    files: Array.from({ length: files }, (_, index) => newFile(jobId, `photo-${index + 1}.png`)),
    ...fields,
  };
}

export function newFile(jobId: string, filename: string): NewFile {
  const fileId = uuid();
  return {
    fileId,
    filename,
    contentType: 'image/png',
    sizeBytes: 3,
    sha256: createHash('sha256').update(fileId).digest('hex'),
    pixels: 1_048_576,
    storageKey: `jobs/${jobId}/images/${fileId}`,
  };
}

/** The events that entries hold. */
export function events(entries: readonly Entry[] | undefined): TaskEvent[] {
  return (entries ?? []).map(entryEvent);
}
