import type { Readable } from 'node:stream';

/** Part of a file, by byte offsets; `end` is inclusive, as in an HTTP range. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Where images and models are kept. Keys are relative paths with `/` between the parts; a key that would leave the
 * store is refused with an error. Promises that resolve mean that the change survives the death of the process.
 */
export interface FileStore {
  /**
   * Writes a file whole or not at all; replaces one of the same key. An aborted signal, an error of the source or
   * more than `maxBytes` (a {@link FileTooLargeError}) leaves nothing behind.
   */
  write(
    key: string,
    data: Uint8Array | AsyncIterable<Uint8Array>,
    options?: { signal?: AbortSignal; maxBytes?: number },
  ): Promise<{ sizeBytes: number; sha256: string }>;
  /** All bytes of a file. Throws {@link FileMissingError}. */
  read(key: string): Promise<Uint8Array>;
  /** A stream of a file or of a part of it. Throws {@link FileMissingError} before the first byte. */
  open(key: string, range?: ByteRange): Promise<Readable>;
  /** Size in bytes and time of the last change in ms since the epoch; undefined where there is no such file. */
  stat(key: string): Promise<{ sizeBytes: number; modifiedAt: number } | undefined>;
  /** Removes a file; nothing happens where there is none. */
  remove(key: string): Promise<void>;
  /** Removes every file whose key lies under `prefix` (whole parts: `a/b` holds `a/b/c` and not `a/bc`). */
  removePrefix(prefix: string): Promise<void>;
  /**
   * The parts that follow `prefix` in the keys, each once, in no order: `jobs` gives the ids of the jobs that have files.
   * Read in small steps; what comes or goes meanwhile may or may not be among them. (An S3 store lists the common
   * prefixes of a delimiter.)
   */
  list(prefix: string): AsyncIterable<string>;
  /**
   * A second file with the bytes of the first, which goes its own way from then on. Throws {@link FileMissingError}.
   */
  copy(from: string, to: string): Promise<void>;
  /** Removes what writes that were interrupted before `time` (ms since the epoch) have left behind. */
  sweep(time: number): Promise<void>;
  /** Where a decoder can read the file from the local disk, for stores that have one. */
  path?(key: string): string;
  /** Throws when the store cannot be written, or has hardly any room left ({@link StorageFullError}). */
  check(): Promise<void>;
  /** Frees what is open; may be called twice. */
  close(): Promise<void>;
}

/** There is no file with this key. */
export class FileMissingError extends Error {
  override readonly name = 'FileMissingError';
}

/** The data was longer than `maxBytes`. Nothing was kept. */
export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError';
}

/** The disk is full, or so nearly that nothing more is taken. Nothing was kept. */
export class StorageFullError extends Error {
  override readonly name = 'StorageFullError';
}
