import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue } from 'node:sqlite';
import type { JobPlan } from './types.ts';

/** A submit as it is kept; times are ms since the epoch. */
export interface JobRow {
  id: string;
  endpoint: string;
  input: string;
  image: string;
  webhook: string | null;
  plan: string;
  submitted_at: number;
  started_at: number | null;
  ended_at: number | null;
  cancel_asked: number;
  /** The answer of the result call, as JSON. */
  answer: string | null;
  error: string | null;
  error_type: string | null;
  units: number;
  webhook_sent: number;
  released: number;
}

/** A file on the CDN: an upload or a part of a result. */
export interface FileRow {
  id: string;
  name: string;
  content_type: string;
  /** Null between the start of an upload and its bytes. */
  bytes: Uint8Array | null;
  created_at: number;
  /** What it is in truth: the kind of a wrong file, or empty. */
  wrong: string;
}

/** The stand-in's memory: one SQLite file, so that it and whoever uses it die independently. */
export interface State {
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[];
  run(sql: string, ...values: SQLInputValue[]): void;
  /** Adds to a counter. */
  count(name: string, by?: number): void;
  counter(name: string): number;
  /** A text that is made once and kept. */
  kept(name: string, make: () => string): string;
  close(): void;
}

export function openState(file: string): State {
  const db = new DatabaseSync(file);
  // What was written survives the death of the process; that of the machine is nobody's concern here.
  db.exec(`
    pragma journal_mode = wal; pragma synchronous = off; pragma busy_timeout = 5000;
    create table if not exists jobs (
      id text primary key, endpoint text not null, input text not null, image text not null, webhook text,
      plan text not null, submitted_at integer not null, started_at integer, ended_at integer,
      cancel_asked integer not null default 0, answer text, error text, error_type text,
      units real not null default 0, webhook_sent integer not null default 0, released integer not null default 0);
    create index if not exists open_jobs on jobs (submitted_at) where ended_at is null;
    create table if not exists files (
      id text primary key, name text not null, content_type text not null, bytes blob,
      created_at integer not null, wrong text not null default '');
    create table if not exists cancels (seq integer primary key, job text not null);
    create table if not exists counters (name text primary key, value integer not null);
    create table if not exists texts (name text primary key, value text not null);`);
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const prepare = (sql: string) => {
    let statement = prepared.get(sql);
    if (!statement) prepared.set(sql, (statement = db.prepare(sql)));
    return statement;
  };
  let open = true;
  const state: State = {
    all: (sql, ...values) => prepare(sql).all(...values) as never,
    run: (sql, ...values) => void prepare(sql).run(...values),
    count: (name, by = 1) =>
      state.run(
        'insert into counters values (?, ?) on conflict do update set value = value + excluded.value',
        name,
        by,
      ),
    counter: (name) => state.all<{ value: number }>('select value from counters where name = ?', name)[0]?.value ?? 0,
    kept(name, make) {
      state.run('insert or ignore into texts values (?, ?)', name, make());
      return state.all<{ value: string }>('select value from texts where name = ?', name)[0]?.value ?? '';
    },
    close() {
      if (open) db.close();
      open = false;
    },
  };
  return state;
}

export function planOf(row: JobRow): JobPlan {
  return JSON.parse(row.plan) as JobPlan;
}
