import { z } from 'zod';
import type { StoreMark } from '../engine/contract.ts';
import { FileMissingError } from '../files/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { errnoOf } from '../files/errno.ts';
import { jobsPrefix } from '../files/keys.ts';

/** Where the mark lies in the file store. */
export const fileMarkKey = 'store.json';

/** What the file store says of itself. */
export type FileMark = Pick<StoreMark, 'identity' | 'epoch'>;

const fileMarkSchema = z.object({ identity: z.string(), epoch: z.string() });

/** The mark of a file store is there and makes no sense. */
export class FileMarkError extends Error {
  override readonly name = 'FileMarkError';
}

/** The mark of a file store; undefined where it has none. Throws a {@link FileMarkError}. */
export async function readFileMark(files: Pick<FileStore, 'read'>): Promise<FileMark | undefined> {
  const bytes = await files.read(fileMarkKey).catch((error: unknown) => {
    if (errnoOf(error) === 'EISDIR') throw new FileMarkError(`${fileMarkKey} is a folder`, { cause: error });
    if (!(error instanceof FileMissingError)) throw error;
  });
  if (bytes === undefined) return undefined;
  try {
    return fileMarkSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch (error) {
    throw new FileMarkError(`${fileMarkKey} is damaged`, { cause: error });
  }
}

/** Marks a file store. */
export async function writeFileMark(files: Pick<FileStore, 'write'>, mark: FileMark): Promise<void> {
  await files.write(fileMarkKey, Buffer.from(fileMarkText(mark)));
}

/** What is written as the mark of a file store. */
export function fileMarkText({ identity, epoch }: FileMark): string {
  const what = 'The files of an image2model server. The database beside them has the same identity.';
  return `${JSON.stringify({ what, identity, epoch }, null, 2)}\n`;
}

/** The ids of the jobs that there are files of. */
export async function* storedJobs(files: Pick<FileStore, 'list'>): AsyncGenerator<string> {
  for await (const name of files.list(jobsPrefix)) if (isJobId(name)) yield name;
}

function isJobId(name: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(name);
}
