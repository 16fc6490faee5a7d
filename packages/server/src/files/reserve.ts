import { randomFillSync } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseLogger } from 'pino';
import { isFull, undefinedIfMissing } from './errno.ts';

interface ReserveOptions {
  /** Made when it is not there. */
  directory: string;
  log: Pick<BaseLogger, 'warn'>;
  partBytes?: number;
}

/**
 * A start needs room for the database's log and its index, and deleting a job of 25 photos with all of its progress writes
 * some 300 pages, 1.2 MiB, before anything is freed: a part is enough for either, with as much again for what else is
 * written at that moment.
 */
const defaultPartBytes = 4 * 1024 * 1024;
/** One for a start, the others for deleting: work that goes on may use up what a part gave before anything was freed. */
const parts = 3;
/** How often what was given up is made again, where there is room, in ms. */
const fillAgainMs = 10_000;

/**
 * Room on the disk that is kept for what makes room: without any, a database cannot even forget a job. It lies in a few
 * files of random bytes, so that no file system saves their blocks, and is made again when there is room enough.
 */
export class Reserve {
  readonly #options: ReserveOptions;
  #filling: Promise<void> | undefined;
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ReserveOptions) {
    this.#options = options;
  }

  /** Runs `work`. Where that finds no room, a part is given up for it, and it is run again. */
  async spend<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        // What is given up is there for this work first: it runs before anything else gets its turn.
        if (!isFull(error) || !this.#release()) throw error;
      }
    }
  }

  /** Makes what is missing of it, as far as there is room. Never rejects. */
  fill(): Promise<void> {
    clearTimeout(this.#again);
    return (this.#filling ??= this.#fill()
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'The reserve on the disk is not complete'))
      .finally(() => (this.#filling = undefined)));
  }

  /** What is kept stays. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    await this.#filling;
  }

  #release(): boolean {
    for (let part = 0; part < parts; part += 1) {
      try {
        unlinkSync(this.#path(part));
      } catch {
        // Given up before.
        continue;
      }
      this.#fillLater();
      return true;
    }
    return false;
  }

  #fillLater(): void {
    clearTimeout(this.#again);
    if (!this.#closed) this.#again = setTimeout(() => void this.fill(), fillAgainMs);
  }

  async #fill(): Promise<void> {
    const { directory, partBytes = defaultPartBytes } = this.#options;
    await mkdir(directory, { recursive: true });
    for (let part = 0; part < parts && !this.#closed; part += 1) {
      const path = this.#path(part);
      const found = await stat(path).catch(undefinedIfMissing);
      // A copy from elsewhere may be sparse.
      if (found !== undefined && found.blocks * 512 >= partBytes) continue;
      const { bavail, bsize } = await statfs(directory);
      // Not the last room that there is, which whatever made it scarce would only run out of sooner.
      if (bavail * bsize < 2 * parts * partBytes) {
        this.#fillLater();
        return;
      }
      await writeFile(`${path}.new`, randomFillSync(Buffer.allocUnsafe(partBytes)));
      await rename(`${path}.new`, path).catch(async (error: unknown) => {
        await rm(`${path}.new`, { force: true });
        throw error;
      });
    }
  }

  #path(part: number): string {
    return join(this.#options.directory, String(part));
  }
}
