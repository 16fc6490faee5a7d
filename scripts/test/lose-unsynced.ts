import { readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { identify, readLog } from './synced.ts';
import type { Synced } from './synced.ts';

const logHeaderBytes = 32;

/**
 * Imitates a power cut in a data directory, by what `note-syncs.ts` took note of: a file whose bytes were not synced is
 * empty or shorter, one whose folder was not synced after it was put there is gone, and the database's log ends where it
 * was last synced. It is harsher than most file systems, where a sync of one file brings others with it, and blind to
 * the rest: what SQLite writes to the database itself counts as synced (as its checkpoints are), and so do removals, and
 * the folder in which the database lies.
 */
export function loseUnsynced(directory: string, record: string): void {
  const synced = readRecord(record);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) loseInFolder(path, synced);
    else if (entry.name.endsWith('-wal')) loseInLog(path, synced);
  }
}

interface Record {
  files: Map<string, number>;
  folders: Map<string, Set<string>>;
  logs: Map<string, Extract<Synced, { kind: 'log' }>>;
}

function readRecord(file: string): Record {
  const read: Record = { files: new Map(), folders: new Map(), logs: new Map() };
  // The last line may have been cut short by the kill.
  for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const synced = JSON.parse(line) as Synced;
    switch (synced.kind) {
      case 'file':
        read.files.set(synced.id, synced.sizeBytes);
        break;
      case 'folder': {
        const names = read.folders.get(synced.path) ?? new Set();
        for (const name of synced.names) names.add(name);
        read.folders.set(synced.path, names);
        break;
      }
      case 'log':
        read.logs.set(synced.path, synced);
        break;
    }
  }
  return read;
}

function loseInFolder(folder: string, synced: Record): void {
  const names = synced.folders.get(folder) ?? new Set();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!names.has(entry.name)) {
      rmSync(path, { recursive: true });
    } else if (entry.isDirectory()) {
      loseInFolder(path, synced);
    } else {
      const stats = statSync(path, { bigint: true });
      const sizeBytes = synced.files.get(identify(stats)) ?? 0;
      if (stats.size > sizeBytes) truncateSync(path, sizeBytes);
    }
  }
}

function loseInLog(path: string, synced: Record): void {
  const now = readLog(path);
  if (now === undefined) return;
  const last = synced.logs.get(path);
  const frames = Math.max(now.copied, last?.salt === now.salt ? last.frames : 0);
  const sizeBytes = frames === 0 ? 0 : logHeaderBytes + frames * now.frameBytes;
  if (statSync(path).size > sizeBytes) truncateSync(path, sizeBytes);
}
