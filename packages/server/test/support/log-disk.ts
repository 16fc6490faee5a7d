import type * as NodeFs from 'node:fs';
import { vi } from 'vitest';

type Callback = (error: Error | null) => void;

/**
 * The disk below a database's log, as a test needs it: it keeps what a power cut would leave, can be slow, and can fail.
 * What it keeps is database and log as they were when the last sync began that has been completed. Workloads stay so
 * small that no checkpoint comes in between.
 */
export class LogDisk {
  /** The database. */
  file = '';
  /** Completed so far. */
  syncs = 0;
  isBroken = false;
  #held: PromiseWithResolvers<void> | undefined;

  /** Node's `fs` above this disk; for `vi.mock`. */
  below(fs: typeof NodeFs): Partial<typeof NodeFs> {
    const fdatasync = (handle: number, done: Callback) => {
      const isLog = this.file !== '' && fs.fstatSync(handle).ino === fs.statSync(`${this.file}-wal`).ino;
      if (!isLog) {
        fs.fdatasync(handle, done);
        return;
      }
      for (const end of ['', '-wal']) fs.copyFileSync(this.file + end, `${this.file}.begun${end}`);
      const sync = () => {
        if (this.isBroken) {
          done(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
          return;
        }
        fs.fdatasync(handle, (error) => {
          for (const end of ['', '-wal']) fs.renameSync(`${this.file}.begun${end}`, `${this.file}.cut${end}`);
          this.syncs += 1;
          done(error);
        });
      };
      if (this.#held) void this.#held.promise.then(sync);
      else sync();
    };
    return { ...fs, fdatasync: fdatasync as typeof NodeFs.fdatasync };
  }

  /** No sync is completed from now on. */
  hold(): void {
    this.#held = Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** A copy of the database as a power cut now would leave it. */
  async afterCut(): Promise<string> {
    const { copyFile } = await vi.importActual<typeof NodeFs.promises>('node:fs/promises');
    const copy = `${this.file}.after-${crypto.randomUUID()}`;
    for (const end of ['', '-wal']) await copyFile(`${this.file}.cut${end}`, copy + end);
    return copy;
  }
}

/** The one of a test's file. */
export const disk = new LogDisk();
