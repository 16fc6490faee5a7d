import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { openDatabase } from './database.ts';
import { createSqliteEngine } from './engine.ts';
import { migrations } from './migrations.ts';

let file: string;
beforeEach(async () => {
  file = join(await temporaryDirectory(), 'new', 'jobs.db');
});

const version = (path: string) => {
  const db = new DatabaseSync(path, { readOnly: true });
  const row = db.prepare('PRAGMA user_version').get() as { user_version: number };
  db.close();
  return row.user_version;
};

describe('the database', () => {
  it('makes its folder and its schema, and writes ahead', () => {
    const opened = openDatabase(file);
    expect(opened.db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(opened.db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 1 });
    expect(opened.db.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
    opened.close();
    opened.close();
    expect(version(file)).toBe(migrations.length);
  });

  // Promised: A second server does not start on a `DATA_DIR` that is in use.
  it('is refused to a second server in words that help, and free again after the first', async () => {
    const engine = await createSqliteEngine({ file });
    await expect(createSqliteEngine({ file })).rejects.toThrow(/in use by another server.*DATA_DIR/);
    await engine.close();
    await (await createSqliteEngine({ file })).close();
  });

  it('can be read by others while a server runs', async () => {
    const engine = await createSqliteEngine({ file });
    expect(version(file)).toBe(migrations.length);
    await engine.close();
  });

  it('of version 9 keeps its unused tickets, which can be bound then', async () => {
    const steps = migrations.slice(0, 9);
    const old = openDatabase(file, steps);
    old.db
      .prepare('INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?)')
      .run('hash', 'me', '', 'task', 'job', 2_000_000_000_000);
    old.close();
    const engine = await createSqliteEngine({ file, now: () => 1_900_000_000_000 });
    expect(await engine.ticket('hash')).toMatchObject({ owner: 'me', taskId: 'task', isBound: false });
    expect(await engine.bindTicket('hash', 1000)).toBe(true);
    expect(await engine.ticket('hash')).toMatchObject({ isBound: true });
    await engine.close();
  });

  it('takes each step that is missing, once', () => {
    openDatabase(file, ['CREATE TABLE first (a TEXT) STRICT']).close();
    const steps = ['CREATE TABLE first (a TEXT) STRICT', 'CREATE TABLE second (b TEXT) STRICT'];
    openDatabase(file, steps).close();
    openDatabase(file, steps).close();
    expect(version(file)).toBe(2);
  });

  it('stays at the last whole step when one fails', () => {
    const steps = ['CREATE TABLE first (a TEXT) STRICT', 'CREATE TABLE second (b TEXT) STRICT; SELECT nonsense'];
    expect(() => openDatabase(file, steps)).toThrow(/nonsense/);
    expect(version(file)).toBe(1);
    const opened = openDatabase(file, steps.slice(0, 1));
    expect(opened.db.prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE name = 'second'").get()).toEqual({
      tables: 0,
    });
    opened.close();
  });

  it('says that there was no room for a step, which SQLite takes back itself', () => {
    const steps = ['CREATE TABLE a (x)', 'PRAGMA max_page_count = 50; INSERT INTO a VALUES (randomblob(1000000))'];
    openDatabase(file, steps.slice(0, 1)).close();
    expect(() => openDatabase(file, steps)).toThrow('database or disk is full');
    openDatabase(file, [...steps.slice(0, 1), 'INSERT INTO a VALUES (1)']).close();
  });

  it('refuses a file of a newer version', () => {
    openDatabase(file, [...migrations, 'SELECT 1']).close();
    expect(() => openDatabase(file)).toThrow(/newer version/);
    // Nothing is held after the refusal.
    openDatabase(file, [...migrations, 'SELECT 1']).close();
  });
});
