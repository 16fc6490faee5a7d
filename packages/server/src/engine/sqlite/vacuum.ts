import type { DatabaseSync } from 'node:sqlite';

/** A database without the means to shrink is rewritten with them at the start while it is no larger, some 0.3 seconds. */
const maxRewrittenBytes = 32 * 1024 * 1024;
/** Free pages that are kept for what is written next: 1 MiB, or a tenth of the file. */
const keptPages = 256;
const keptShare = 0.1;
/** How long a step may take, in ms: streams and requests wait for it. */
const stepMs = 2;
const minPagesPerStep = 8;
const maxPagesPerStep = 512;
/** Between two steps, in ms. */
const pauseMs = 20;
/** Steps after which the log is copied into the database, so that it does not grow with what shrinks. */
const stepsPerCheckpoint = 64;

/**
 * Rewrites the database of an earlier version, which cannot shrink, as one that can, if it is small and there is room.
 * Otherwise it stays as it is.
 */
export function enableVacuum(db: DatabaseSync): void {
  if (pragma(db, 'auto_vacuum') === 2 || pragma(db, 'page_count') * pragma(db, 'page_size') > maxRewrittenBytes) return;
  try {
    db.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM');
  } catch {
    // Without room it goes on as before, and the next start tries again.
  }
}

interface VacuumOptions {
  /** Called when the log is to be copied into the database: the file shrinks with that. */
  checkpoint: () => void;
  onError: (error: unknown) => void;
}

/** Gives free pages back to the file system, in steps that nobody notices. */
export class Vacuum {
  readonly #db: DatabaseSync;
  readonly #options: VacuumOptions;
  readonly #isPossible: boolean;
  #pages = minPagesPerStep;
  #steps = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(db: DatabaseSync, options: VacuumOptions) {
    this.#db = db;
    this.#options = options;
    this.#isPossible = pragma(db, 'auto_vacuum') === 2;
  }

  /** Something was deleted. */
  notify(): void {
    if (!this.#isPossible || this.#closed || this.#timer !== undefined || !this.#hasFreePages()) return;
    this.#timer = setTimeout(() => this.#step(), pauseMs);
  }

  /**
   * Copies the log into the database, so that it is written from its beginning again and needs no more room. On this thread,
   * since it is for a disk that is full: nobody writes then who could be kept waiting.
   */
  emptyLog(): void {
    try {
      this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch (error) {
      // What is new in the database needs room too.
      this.#options.onError(error);
    }
  }

  /** May be called twice. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #hasFreePages(): boolean {
    try {
      return pragma(this.#db, 'freelist_count') > Math.max(keptPages, pragma(this.#db, 'page_count') * keptShare);
    } catch (error) {
      this.#options.onError(error);
      return false;
    }
  }

  #step(): void {
    this.#timer = undefined;
    try {
      const before = performance.now();
      this.#db.exec(`PRAGMA incremental_vacuum(${this.#pages})`);
      const tookMs = performance.now() - before;
      this.#pages = Math.round(this.#pages * (tookMs > stepMs ? 0.5 : 1.5));
      this.#pages = Math.min(maxPagesPerStep, Math.max(minPagesPerStep, this.#pages));
    } catch (error) {
      // Locked or full: the next deletion begins anew.
      this.#options.onError(error);
      return;
    }
    this.#steps += 1;
    this.notify();
    if (this.#timer === undefined || this.#steps % stepsPerCheckpoint === 0) this.#options.checkpoint();
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}
