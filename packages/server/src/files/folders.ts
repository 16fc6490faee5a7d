import { mkdir, open } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { errnoOf } from './errno.ts';

/** Entries of folders on the disk: a file survives a power cut once each folder that leads to it has been synced. */
export interface Folders {
  /**
   * Resolves when the folder's entry of a file that was just put there is on the disk, and so is every folder's that leads
   * there from the root. Calls that come together share the syncs.
   */
  keep(folder: string): Promise<void>;
  /** The folder is going to be removed, or was: whoever makes it again syncs it again. */
  forget(folder: string): void;
}

/** Folders that are known to be on the disk; beyond it the oldest are synced once more when they are used. */
const maxKept = 4096;

/** Windows opens no folders, and some file systems (of networks, of user space) sync none: there is nothing to be done. */
const unsyncable: readonly unknown[] = ['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES'];

/** Looks after the folders below `root`, which is on the disk already. */
export function createFolders(root: string): Folders {
  const sync = shared(syncFolder);
  /** By folder: when its own entry, and that of each folder above it, is on the disk. */
  const kept = new Map<string, Promise<unknown>>();

  function keepEntry(folder: string): Promise<unknown> {
    if (folder === root) return Promise.resolve();
    const known = kept.get(folder);
    if (known !== undefined) return known;
    const above = dirname(folder);
    const made = Promise.all([sync(above), keepEntry(above)]);
    kept.set(folder, made);
    made.catch(() => kept.delete(folder));
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
    return made;
  }

  return {
    async keep(folder) {
      await Promise.all([sync(folder), keepEntry(folder)]);
    },
    forget(folder) {
      const below = folder + sep;
      for (const known of kept.keys()) if (known === folder || known.startsWith(below)) kept.delete(known);
    },
  };
}

/** Makes a folder that survives a power cut, with those above it. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/**
 * Runs `sync` once for all calls that come while an earlier one for the same folder is under way: that one does not cover
 * what changed after it began.
 */
function shared(sync: (folder: string) => Promise<void>): (folder: string) => Promise<void> {
  const underWay = new Map<string, { now: Promise<void>; next?: Promise<void> }>();

  function start(folder: string): Promise<void> {
    const now = sync(folder);
    const own = { now };
    underWay.set(folder, own);
    const over = (): void => {
      if (underWay.get(folder) === own) underWay.delete(folder);
    };
    now.then(over, over);
    return now;
  }

  return (folder) => {
    const known = underWay.get(folder);
    if (known === undefined) return start(folder);
    const again = (): Promise<void> => start(folder);
    return (known.next ??= known.now.then(again, again));
  };
}

/** Puts a folder's entries on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = errnoOf(error);
    // One that is gone was removed meanwhile, with all that was put into it.
    if (code !== 'ENOENT' && !unsyncable.includes(code)) throw error;
  }
}
