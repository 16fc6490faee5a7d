import type { Readable } from 'node:stream';
import type { Spool, SpooledFile, Written } from './spool.ts';

/** Part of a file, by byte offsets; `end` is inclusive, as in an HTTP range. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Where images and models are kept. Keys are relative paths with `/` between the parts; a key that would leave the
 * store is refused with an error. Once `put`, `write` and `copy` resolve, the file survives the death of the process and of
 * the machine.
 */
export interface FileStore {
  /** Where a file is received and judged before it is `put`: on this machine, wherever the store itself is. */
  readonly spool: Spool;
  /** Moves a spooled file into the store, whole or not at all; replaces one of the same key. */
  put(key: string, file: SpooledFile): Promise<void>;
  /**
   * Spools and puts at once. An aborted signal, an error of the source or more than `maxBytes` (a
   * {@link FileTooLargeError}) leaves nothing behind. `onlyBeside`: nothing is written where no other file lies in the
   * same folder any more. `isSynced: false`: a power cut may take it back, or half of it; it waits for no disk.
   */
  write(
    key: string,
    data: Uint8Array | AsyncIterable<Uint8Array>,
    options?: { signal?: AbortSignal; maxBytes?: number; onlyBeside?: boolean; isSynced?: boolean },
  ): Promise<Written>;
  /** All bytes of a file. Throws {@link FileMissingError}. */
  read(key: string): Promise<Uint8Array>;
  /** A stream of a file or of a part of it. Throws {@link FileMissingError} before the first byte. */
  open(key: string, range?: ByteRange): Promise<Readable>;
  /**
   * Size in bytes, time of the last change in ms since the epoch, and an opaque version that is another one after each
   * change; undefined where there is no such file.
   */
  stat(key: string): Promise<{ sizeBytes: number; modifiedAt: number; version: string } | undefined>;
  /** Removes a file, which may be there again after a power cut; nothing happens where there is none. */
  remove(key: string): Promise<void>;
  /**
   * Removes every file whose key lies under `prefix` (whole parts: `a/b` holds `a/b/c` and not `a/bc`); they do not come
   * back after a power cut.
   */
  removePrefix(prefix: string): Promise<void>;
  /** Puts every file under `prefix` aside, where no key finds it any more. */
  trash(prefix: string): Promise<void>;
  /** Frees what was put aside so long ago, in ms. */
  emptyTrash(minAgeMs: number): Promise<void>;
  /**
   * Whether a backup reads the store at the moment: then nothing may be removed that was anybody's. To be asked after it
   * has been recorded that a file is nobody's any more, and before it is removed.
   */
  areRemovalsHeld(): Promise<boolean>;
  /**
   * The parts that follow `prefix` in the keys, each once, in no order: `jobs` gives the ids of the jobs that have files.
   * Read in small steps; what comes or goes meanwhile may or may not be among them. (An S3 store lists the common
   * prefixes of a delimiter.)
   */
  list(prefix: string): AsyncIterable<string>;
  /**
   * A second file with the bytes of the first, which goes its own way from then on; says what the copy holds. Throws
   * {@link FileMissingError}.
   */
  copy(from: string, to: string): Promise<Written>;
  /**
   * Throws {@link StorageFullError} where there is hardly any room left, and {@link StorageGoneError} where the store was
   * taken away. Cheap enough to ask before each image.
   */
  requireRoom(): Promise<void>;
  /** Throws when the store cannot be written, or has hardly any room left. Writes to find out. */
  check(): Promise<void>;
  /** Room there is altogether and still free, for stores that have a bound. */
  room?(): Promise<{ totalBytes: number; freeBytes: number }>;
  /** Frees what is open; may be called twice. */
  close(): Promise<void>;
}

export { FileMissingError, FileTooLargeError, StorageFullError, StorageGoneError } from './errors.ts';
export type { Spool, SpooledFile, Written } from './spool.ts';
