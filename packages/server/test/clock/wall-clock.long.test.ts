import { randomUUIDv7 } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { uploadSchema } from '@image2model/protocol';
import type { JobSummary } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import { ClockServer, dayMs, hourMs, uniquePicture } from './support.ts';

const jumps = [-hourMs, dayMs];

describe.each(jumps)('a wall clock that is set by %d ms while the server runs', (jump) => {
  // Promised: Setting the clock, forward or back, harms no upload and no running or waiting file.
  it('harms no upload in progress', async () => {
    const server = await ClockServer.start();
    const pictures = [await uniquePicture(), await uniquePicture()];
    const init = {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: slowForm(pictures, () => server.setClock(jump)),
      duplex: 'half',
    } as unknown as RequestInit;
    const response = await server.ask('/upload', init);
    expect(response.status, await response.clone().text()).toBe(200);
    const { job_id, uploaded_files } = uploadSchema.parse(await response.json());
    for (const [index, { file_id }] of uploaded_files.entries()) {
      const photo = await server.ask(`/download/${job_id}/photos/${file_id}`);
      expect(Buffer.from(await photo.arrayBuffer()).equals(pictures[index] ?? Buffer.alloc(0))).toBe(true);
    }
  });

  // Promised: Setting the clock, forward or back, harms no upload and no running or waiting file.
  // Promised: Setting the clock changes neither durations nor the order in which jobs are listed.
  it('leaves a running file its lease and its duration, and brings the second attempt of another', async () => {
    const server = await ClockServer.start();
    const slow = await server.upload('slow-2500-a.png');
    // Each waits for up to a second.
    const again = await server.upload(...Array.from({ length: 6 }, (_, index) => `throwsonce-0-${index}.png`));
    await server.event(again.task_id, (event) => event.includes('file.retrying'));
    await server.event(slow.task_id, (event) => event.includes('Step 2'));
    await server.setClock(jump);
    const task = await server.ended(again.task_id);
    expect(task.files.map(({ status, attempts }) => [status, attempts])).toEqual(
      Array.from({ length: 6 }, () => ['completed', 2]),
    );
    const { files, result, ...shown } = await server.ended(slow.task_id);
    expect(files[0]).toMatchObject({ status: 'completed' });
    // It was attempted once.
    expect(files[0]).not.toHaveProperty('attempts');
    expect(result?.processing_time).toBeGreaterThan(2);
    expect(result?.processing_time).toBeLessThan(4.5);
    const began = Date.parse(shown.started_at ?? '');
    expect(Date.parse(shown.finished_at ?? '') - began).toBe((result?.processing_time ?? 0) * 1000);
    // What people see goes by the clock that they see.
    expect(Math.abs(began - (Date.now() + jump))).toBeLessThan(30_000);
  });

  // Promised: Setting the clock removes no finished job early.
  it('removes no finished job early, and clears orphans all the same', async () => {
    const server = await ClockServer.start({ RETENTION_HOURS: '1', ORPHAN_AGE_MS: '600' });
    const { job_id, task_id } = await server.upload('fine-0-a.png');
    await server.ended(task_id);
    const [before] = await server.jobs();
    await server.setClock(jump);
    const files = join(server.dataDir, 'files');
    // Of the clock as it was before.
    const orphan = randomUUIDv7();
    await mkdir(join(files, 'jobs', orphan, 'images'), { recursive: true });
    await writeFile(join(files, 'jobs', orphan, 'images/photo'), 'photo');
    await writeFile(join(files, '.incoming/half'), 'half a file');
    await until(async () => (await readdir(join(files, '.incoming'))).length === 0);
    await until(async () => !(await readdir(join(files, 'jobs'))).includes(orphan));
    const [meanwhile] = await server.jobs();
    expect(meanwhile).toMatchObject({ job_id, status: 'completed' });
    // What people see goes by the clock that they see, in the list of results too.
    const made = Date.parse(meanwhile?.files[0]?.result?.created_time ?? '');
    expect(Math.abs(made - (Date.now() + jump))).toBeLessThan(30_000);
    // Set right again, everything is as it was.
    await server.setClock(0);
    expectSame((await server.jobs())[0], before);
  });
});

// Promised: Setting the clock changes neither durations nor the order in which jobs are listed.
it('lists jobs in the order of their upload, whole, however often the clock is set', async () => {
  const server = await ClockServer.start();
  const uploaded: string[] = [];
  for (const aheadMs of [0, -hourMs, dayMs, -dayMs, 0, -hourMs, 2 * dayMs]) {
    await server.setClock(aheadMs);
    const { job_id, task_id } = await server.upload('fine-0-a.png', 'fine-0-b.png', 'fine-0-c.png');
    uploaded.unshift(job_id);
    const { files } = await server.ended(task_id);
    expect(files.map(({ filename }) => filename)).toEqual(['fine-0-a.png', 'fine-0-b.png', 'fine-0-c.png']);
  }
  const jobs = await server.jobs((page) => server.setClock(page % 2 === 0 ? dayMs : -hourMs));
  expect(jobs.map(({ job_id }) => job_id)).toEqual(uploaded);
  await server.setClock(0);
  const times = (await server.jobs()).map(({ created_at }) => Date.parse(created_at));
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(Math.abs((times[0] ?? 0) - Date.now())).toBeLessThan(30_000);
});

it('packs what was made before 1970, as a clock that starts anew has it', async () => {
  const server = await ClockServer.start();
  const { job_id, task_id } = await server.upload('fine-0-a.png');
  await server.ended(task_id);
  for (const year of [1970, 2107]) {
    await server.setClock(Date.UTC(year, 0, 1) - Date.now());
    const archive = await server.ask(`/download/${job_id}/archive`);
    expect((await archive.arrayBuffer()).byteLength).toBeGreaterThan(20_000);
  }
});

// Promised: Setting the clock while the server is stopped loses nothing either.
describe('a wall clock that is set while the server is stopped', () => {
  it.each([
    ['SIGTERM', -hourMs],
    ['SIGKILL', dayMs],
  ] as const)('loses nothing, after %s, by %d ms', async (signal, jump) => {
    const server = await ClockServer.start({ RETENTION_HOURS: '1' });
    const finished = await server.upload('fine-0-a.png');
    await server.ended(finished.task_id);
    const [before] = await server.jobs();
    const waiting = await server.upload('slow-1200-a.png', ...retried);
    await server.event(waiting.task_id, (event) => event.includes('file.retrying'));
    await server.end(signal);
    await server.setClock(jump);
    await server.start();
    const { files, result } = await server.ended(waiting.task_id);
    expect(files.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed', 'completed']);
    expect(result?.processing_time).toBeGreaterThan(0);
    expect(result?.processing_time).toBeLessThan(20);
    const latest = await server.upload('fine-0-c.png');
    const order = [latest, waiting, finished].map(({ job_id }) => job_id);
    expect((await server.jobs()).map(({ job_id }) => job_id)).toEqual(order);
    await server.setClock(0);
    expectSame((await server.jobs()).at(-1), before);
  });
});

// Promised: A machine that starts with a wrong date ends nothing that is kept for more than a day.
it('keeps every job of a machine that starts with a clock that is years ahead', async () => {
  const server = await ClockServer.start({ RETENTION_HOURS: '1' });
  const first = await server.upload('fine-0-a.png');
  await server.ended(first.task_id);
  const [before] = await server.jobs();
  await server.end('SIGTERM');
  change(server, `UPDATE meta SET value = json_set(value, '$.boot', 'another') WHERE name = 'clock'`);
  await server.setClock(4 * 365 * dayMs);
  await server.start();
  const second = await server.upload('slow-800-b.png');
  await server.ended(second.task_id);
  // Its own time is as right as ever while that of the machine is not.
  expect((await server.jobs()).map(({ job_id }) => job_id)).toEqual([second.job_id, first.job_id]);
  await server.setClock(0);
  const [after, same] = await server.jobs();
  expectSame(same, before);
  expect(Math.abs(Date.parse(after?.created_at ?? '') - Date.now())).toBeLessThan(30_000);
});

it.each([-dayMs, dayMs])('takes over a database that knew the wall clock alone, set by %d ms', async (jump) => {
  const server = await ClockServer.start({ RETENTION_HOURS: '1' });
  const first = await server.upload('slow-1000-a.png');
  await server.ended(first.task_id);
  const [before] = await server.jobs();
  await server.end('SIGTERM');
  change(server, `DELETE FROM meta WHERE name = 'clock'`);
  await server.setClock(jump);
  await server.start();
  const second = await server.upload('throwsonce-0-a.png');
  expect(await server.ended(second.task_id)).toMatchObject({ status: 'completed' });
  await server.setClock(0);
  const [after, same] = await server.jobs();
  expect(after).toMatchObject({ job_id: second.job_id });
  expect(Math.abs(Date.parse(after?.created_at ?? '') - Date.now())).toBeLessThan(30_000);
  expectSame(same, before);
});

const retried = ['throwsonce-0-b.png', 'throwsonce-0-c.png', 'throwsonce-0-d.png'];

/** A form that comes slowly: one file whole, the next in pieces, with the clock set between them. */
async function* slowForm(pictures: readonly Buffer[], setClock: () => Promise<void>): AsyncGenerator<Uint8Array> {
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = pictures;
  yield Buffer.concat([head('fine-0-a.png'), first]);
  yield head('fine-0-b.png');
  const pieces = 20;
  for (let piece = 0; piece < pieces; piece += 1) {
    if (piece === 5) await setClock();
    const at = (index: number) => Math.round((second.length * index) / pieces);
    yield second.subarray(at(piece), at(piece + 1));
    await pause(40);
  }
  yield Buffer.from('\r\n--x--\r\n');
}

function head(filename: string): Buffer {
  const disposition = `Content-Disposition: form-data; name="files"; filename="${filename}"`;
  return Buffer.from(`\r\n--x\r\n${disposition}\r\nContent-Type: image/png\r\n\r\n`);
}

/** The same job, at the same times: two clocks never agree to the millisecond. */
function expectSame(job: JobSummary | undefined, before: JobSummary | undefined): void {
  if (job === undefined || before === undefined) throw new Error('There is no such job');
  expect(withoutTimes(job)).toEqual(withoutTimes(before));
  const then = timesOf(before);
  for (const [index, time] of timesOf(job).entries()) expect(Math.abs(time - (then[index] ?? 0))).toBeLessThan(200);
}

function timesOf({ created_at, finished_at, files }: JobSummary): number[] {
  const times = [created_at, finished_at ?? '', ...files.map(({ result }) => result?.created_time ?? '')];
  return times.map((time) => Date.parse(time));
}

function withoutTimes({ files, ...job }: JobSummary) {
  return {
    ...job,
    created_at: '',
    finished_at: '',
    files: files.map(({ result, ...file }) => ({ ...file, result: { ...result, created_time: '' } })),
  };
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await pause(20);
}

/** Changes the database of a server that is stopped. */
function change(server: ClockServer, statement: string): void {
  const db = new DatabaseSync(join(server.dataDir, 'image2model.db'));
  db.exec(statement);
  db.close();
}
