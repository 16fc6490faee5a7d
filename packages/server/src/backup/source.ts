import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { undefinedIfMissing } from '../files/errno.ts';
import { FailedError, RefusedError } from './errors.ts';
import { manifestName, manifestSchema } from './layout.ts';
import type { BackupManifest } from './layout.ts';
import { openEntry, readTar } from './tar.ts';

/** A whole backup, as it is read. */
export interface BackupSource {
  manifest: BackupManifest;
  /** Names of everything in it. */
  names: Iterable<string>;
  /** Undefined where there is no such file. */
  open(name: string): AsyncIterable<Uint8Array> | undefined;
}

/** Opens a backup, be it a folder or a file. Throws a sentence where it is none, or not a whole one. */
export async function openBackup(path: string): Promise<BackupSource> {
  const found = await stat(path).catch(undefinedIfMissing);
  if (found === undefined) throw new RefusedError(`There is no backup at ${path}`);
  return found.isDirectory() ? await openFolder(path) : await openArchive(path);
}

async function openFolder(path: string): Promise<BackupSource> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const all = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  const names = new Set(all);
  const manifest = await readFile(join(path, manifestName), 'utf8').catch(undefinedIfMissing);
  return {
    manifest: parseManifest(path, manifest),
    names,
    open: (name) => (names.has(name) ? createReadStream(join(path, name)) : undefined),
  };
}

async function openArchive(path: string): Promise<BackupSource> {
  const entries = await readTar(path);
  const open = (name: string): AsyncIterable<Uint8Array> | undefined => {
    const entry = entries.get(name);
    return entry && openEntry(path, entry);
  };
  const manifest = open(manifestName);
  return { manifest: parseManifest(path, manifest && (await text(manifest))), names: entries.keys(), open };
}

function parseManifest(path: string, manifest: string | undefined): BackupManifest {
  if (manifest === undefined) {
    throw new RefusedError(`${path} is not a complete backup: it has no ${manifestName}`);
  }
  try {
    return manifestSchema.parse(JSON.parse(manifest));
  } catch (error) {
    throw new FailedError(`${manifestName} in ${path} is damaged, or from a newer version`, { cause: error });
  }
}
