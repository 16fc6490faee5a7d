import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { identify, readLog } from './synced.ts';
import type { Synced } from './synced.ts';

/**
 * Preloaded into a process whose power cuts are imitated: takes note of each sync that it makes through Node, in the file
 * that the query names. What is noted is what was there when the sync began. (Linux alone: it asks `/proc` what a
 * descriptor stands for.)
 */
const record = fs.openSync(new URL(import.meta.url).searchParams.get('record') ?? '', 'a');
const listed = new Map<string, Set<string>>();
/** For a look where the process has no descriptor left: what happens to it then is not this module's doing. */
let spare: number | undefined = fs.openSync('/dev/null', 'r');

function begin(fd: number): Synced | undefined {
  try {
    return look(fd);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EMFILE' || spare === undefined) throw error;
    fs.closeSync(spare);
    spare = undefined;
    try {
      return look(fd);
    } finally {
      spare = fs.openSync('/dev/null', 'r');
    }
  }
}

function look(fd: number): Synced | undefined {
  const path = fs.readlinkSync(`/proc/self/fd/${fd}`);
  const stats = fs.fstatSync(fd, { bigint: true });
  if (stats.isDirectory()) return { kind: 'folder', path, names: fs.readdirSync(path) };
  if (path.endsWith('-wal')) return readLog(path);
  return { kind: 'file', id: identify(stats), sizeBytes: Number(stats.size) };
}

function end(synced: Synced | undefined): void {
  if (synced === undefined) return;
  if (synced.kind === 'folder') {
    const before = listed.get(synced.path) ?? new Set();
    listed.set(synced.path, before);
    // Those alone that are new: a folder may have thousands.
    synced.names = synced.names.filter((name) => !before.has(name));
    for (const name of synced.names) before.add(name);
  }
  fs.writeSync(record, `${JSON.stringify(synced)}\n`);
}

for (const name of ['fsyncSync', 'fdatasyncSync'] as const) {
  const original = fs[name];
  fs[name] = (fd) => {
    const synced = begin(fd);
    original(fd);
    end(synced);
  };
}
for (const name of ['fsync', 'fdatasync'] as const) {
  const original = fs[name];
  const noted = (fd: number, callback: fs.NoParamCallback): void => {
    const synced = begin(fd);
    original(fd, (error) => {
      if (!error) end(synced);
      callback(error);
    });
  };
  fs[name] = Object.assign(noted, { __promisify__: original.__promisify__ });
}
const handle = await fs.promises.open(import.meta.filename);
const handles = Object.getPrototypeOf(handle) as fs.promises.FileHandle;
await handle.close();
for (const name of ['sync', 'datasync'] as const) {
  const original = handles[name];
  handles[name] = async function noted(this: fs.promises.FileHandle) {
    const synced = begin(this.fd);
    await original.call(this);
    end(synced);
  };
}
syncBuiltinESMExports();
