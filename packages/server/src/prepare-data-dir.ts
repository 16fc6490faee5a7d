import { randomUUID } from 'node:crypto';
import { lstat, mkdir, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError } from './config.ts';
import { errnoOf } from './files/errno.ts';
import { syncFolder } from './files/folders.ts';

/** No code of the system. */
const danglingLink = 'dangling link';

/** What the system says of a folder that cannot be used, for a person. */
const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'is not a folder',
  ENOTDIR: 'is not a folder',
  EACCES: 'may not be written by this user',
  EPERM: 'may not be written by this user',
  EROFS: 'is on a file system that is read-only',
  ENOENT: 'is a place where nothing can be made',
  ELOOP: 'is a symbolic link that leads back to itself',
  [danglingLink]: 'is a symbolic link to a folder that is not there',
  ENAMETOOLONG: 'is too long a name',
};

/** So many characters of a path are said. */
const maxShown = 200;

/** A probe that fails for these finds no fault with the folder: the server starts and waits for room. */
const shortages: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM'];

/**
 * Makes the folder and those above it where they are missing, and writes to it to see whether it can be.
 * @throws ConfigError
 */
export async function prepareDataDir(directory: string): Promise<void> {
  try {
    await make(directory);
    const probe = join(directory, `.probe-${randomUUID()}`);
    await writeFile(probe, '', { flag: 'wx' });
    await unlink(probe);
  } catch (error) {
    const code = errnoOf(error);
    if (shortages.includes(code)) return;
    const reason = reasons[code ?? ''] ?? `cannot be used (${code ?? String(error)})`;
    const path = pathOf(error) ?? directory;
    const named = path === directory || dirname(path) === directory ? '' : `: ${shortened(path)}`;
    throw new ConfigError(`DATA_DIR=${shortened(directory)}${named} ${reason}`, { cause: error });
  }
}

/** One folder after the other: `recursive` never returns where a folder cannot be made in one that is there, as in /proc. */
async function make(directory: string): Promise<void> {
  const found = await stat(directory).catch((error: unknown) => {
    // One of those above may be a file, which is found there.
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
  });
  if (found?.isDirectory()) return;
  if (found) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR', path: directory });
  if (dirname(directory) !== directory) await make(dirname(directory));
  await mkdir(directory).catch(async (error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw error;
    // Another process was faster, unless it is a link.
    if ((await lstat(directory)).isSymbolicLink())
      throw Object.assign(new Error('no target'), { code: danglingLink, path: directory });
  });
  await syncFolder(dirname(directory));
}

function shortened(path: string): string {
  return path.length > maxShown ? `${path.slice(0, maxShown)}…` : path;
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}
