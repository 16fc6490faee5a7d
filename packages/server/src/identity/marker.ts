import { randomUUID, randomUUIDv7 } from 'node:crypto';
import type { BaseLogger } from 'pino';
import type { Engine } from '../engine/contract.ts';
import { StorageFullError } from '../files/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { readFileMark, writeFileMark } from './file-mark.ts';

interface MarkerOptions {
  engine: Pick<Engine, 'mark' | 'setMark'>;
  files: Pick<FileStore, 'read' | 'write'>;
  log?: Pick<BaseLogger, 'warn'>;
}

/** Keeps the marks of database and files together. */
export interface Marker {
  /**
   * Replaces the epoch, in the database first; both get an identity where they have none. A full disk leaves it as it is.
   * What comes while one is being replaced is done with it.
   */
  move(): Promise<void>;
  /** Waits for what is under way, and does nothing more; may be called twice. */
  close(): Promise<void>;
}

/** See {@link Marker}. Database and files belong together already. */
export function createMarker({ engine, files, log }: MarkerOptions): Marker {
  let underWay: Promise<void> | undefined;
  let isClosed = false;

  async function move(): Promise<void> {
    const [before, marked] = [await engine.mark(), await readFileMark(files)];
    const identity = before?.identity ?? marked?.identity ?? randomUUID();
    const epoch = epochAfter(marked?.epoch);
    await engine.setMark({ identity, epoch, epochBefore: marked?.epoch ?? null });
    await writeFileMark(files, { identity, epoch });
    // From now on files of the epoch before are an older copy.
    await engine.setMark({ identity, epoch, epochBefore: epoch });
  }

  async function moveOrLog(): Promise<void> {
    try {
      await move();
    } catch (error) {
      if (!(error instanceof StorageFullError)) throw error;
      log?.warn({ err: error }, 'There is no room to mark database and files');
    } finally {
      underWay = undefined;
    }
  }

  return {
    async move() {
      if (!isClosed) await (underWay ??= moveOrLog());
    },
    async close() {
      isClosed = true;
      await underWay;
    },
  };
}

/** By its time, and later than the one before whatever was made of the clock: the order of two says which is older. */
function epochAfter(before = ''): string {
  const now = randomUUIDv7();
  if (now > before) return now;
  const next = (Number.parseInt(before.slice(0, 8) + before.slice(9, 13), 16) + 1).toString(16).padStart(12, '0');
  return `${next.slice(0, 8)}-${next.slice(8)}${now.slice(13)}`;
}
