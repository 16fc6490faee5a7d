import { closeSync, openSync, readSync } from 'node:fs';

/** What is on the disk for good, and with which contents. */
export type Synced =
  | { kind: 'file'; id: string; sizeBytes: number }
  /** The names that a folder had. */
  | { kind: 'folder'; path: string; names: string[] }
  | ({ kind: 'log' } & SyncedLog);

/** A write-ahead log of SQLite's. */
export interface SyncedLog {
  path: string;
  /** Another one since it was begun anew. */
  salt: string;
  frames: number;
  frameBytes: number;
  /** Frames that SQLite may have copied into the database: it has synced them itself before. */
  copied: number;
}

/** A file's identity: its inode alone may be another file's later. */
export function identify({ ino, birthtimeNs }: { ino: bigint; birthtimeNs: bigint }): string {
  return `${ino}-${birthtimeNs}`;
}

/**
 * How far a write-ahead log is written, from the index beside it (https://sqlite.org/walformat.html#walidxfmt): the file
 * itself may go on with frames of before. Undefined where there is none.
 */
export function readLog(path: string): ({ kind: 'log' } & SyncedLog) | undefined {
  const index = Buffer.alloc(136);
  try {
    const fd = openSync(path.replace(/-wal$/, '-shm'), 'r');
    readSync(fd, index, 0, index.length, 0);
    closeSync(fd);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
    return undefined;
  }
  const pageBytes = index.readUInt16LE(14);
  return {
    kind: 'log',
    path,
    salt: index.toString('hex', 32, 40),
    frames: index.readUInt32LE(16),
    frameBytes: 24 + (pageBytes === 1 ? 65_536 : pageBytes),
    copied: Math.max(index.readUInt32LE(96), index.readUInt32LE(128)),
  };
}
