import {
  hasEnded,
  initialTaskState,
  isEnding,
  overallProgress,
  reduceTask,
  taskEventSchemas,
} from '@image2model/protocol';
import type { TaskState as SeenState } from '@image2model/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { events } from '../../test/support/jobs.ts';
import type { Entry, FileEnding } from './contract.ts';
import { judge } from './suspicion.ts';
import { applyToTask } from './task.ts';
import { newTask } from './task-state.ts';
import type { AppliedChange, FileState, TaskChange, TaskState } from './task-state.ts';

const id = (number: number) => `01935000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const start = 1_800_000_000_000;

const result = (fileId: string, reused: boolean) => ({
  file_id: fileId,
  filename: 'model.glb',
  size: 10,
  mime_type: 'model/gltf-binary',
  created_time: '2026-11-22T10:00:00.000Z',
  rendered_image: null,
  sha256: 'ab',
  statistics: { faces: 12 },
  ...(reused && { reused: true as const }),
});

/** One step: what happens, and how long after the step before. `pick` chooses a file, or a lease that was ever given. */
const step = fc.record({
  afterMs: fc.nat(3000),
  pick: fc.nat(),
  amount: fc.oneof(fc.integer({ min: -50, max: 1100 }), fc.constant(Number.NaN)),
  flag: fc.boolean(),
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant('claimed' as const) },
    { weight: 6, arbitrary: fc.constant('reported' as const) },
    { weight: 3, arbitrary: fc.constantFrom('completed' as const, 'failed' as const) },
    {
      weight: 7,
      arbitrary: fc.constantFrom('released', 'due', 'voided', 'remembered', 'renewed', 'positioned', 'offered'),
    },
    { weight: 1, arbitrary: fc.constant('cancelled' as const) },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const life = fc.record({
  files: fc.integer({ min: 1, max: 5 }),
  reused: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
  steps: fc.array(step, { maxLength: 60, size: 'max' }),
});

/** A task's life so far, with all that was ever said of it. */
interface History {
  state: TaskState;
  now: number;
  entries: Entry[];
  tokens: string[];
  cleanups: AppliedChange['cleanups'];
  seen: SeenState;
}

describe('a task, whatever happens to it', () => {
  it('keeps its log, its counts and its endings right', () => {
    fc.assert(
      fc.property(life, ({ files, reused, steps }) => {
        const history = open(files, reused);
        for (const each of steps) take(history, toChange(history, each), each.afterMs);
        // Whatever is left comes to an end.
        take(history, { type: 'cancelled' }, 0);
        expect(history.entries.filter((entry) => isEnding(entry.type))).toHaveLength(1);
        expect(history.state).toMatchObject({ waiting: 0, running: 0, ended: files, progress: 100 });
      }),
      { numRuns: 400, seed: 20_261_129 },
    );
  });

  it('is as it was after a lease that is not its own', () => {
    const history = open(2, []);
    take(history, { type: 'claimed', fileId: id(10), token: 'held', worker: 'w', leaseMs: 1000 }, 0);
    const ending: FileEnding = { status: 'completed', result: result(id(10), false) };
    const token = 'lost';
    const changes: TaskChange[] = [
      { type: 'renewed', token, leaseMs: 1000 },
      { type: 'reported', token, progress: 10, message: { text: 'Late' } },
      { type: 'remembered', token, remembered: 1 },
      { type: 'finished', token, ending },
      { type: 'released', token },
      { type: 'voided', token, wasAlone: true, delayMs: 0 },
      { type: 'claimed', fileId: id(10), token, worker: 'w', leaseMs: 1000 },
      { type: 'cancelled', fileId: id(99) },
      { type: 'due' },
      { type: 'offered', isOffered: true },
    ];
    for (const change of changes) expect(applyToTask(history.state, change, context(history))).toBeUndefined();
  });
});

describe('a file that takes down what works on it', () => {
  it('is given up, later where its work goes on elsewhere, which is then cancelled', () => {
    const history = open(1, []);
    const remembered = { request: 'paid' };
    let attempts = 0;
    while (history.state.finishedAt === null) {
      attempts += 1;
      const token = `attempt ${attempts}`;
      take(history, { type: 'claimed', fileId: id(10), token, worker: 'w', leaseMs: 1000 }, 0);
      take(history, { type: 'remembered', token, remembered }, 0);
      take(history, { type: 'due' }, 1000);
    }
    expect(attempts).toBe(20);
    const last = events(history.entries).at(-1);
    expect(last).toMatchObject({ type: 'task_failed', data: { details: { code: 'WORKER_CRASHED', attempts: 1 } } });
    expect(history.cleanups.map(({ cleanup }) => cleanup)).toContainEqual({
      type: 'cancel_remote_job',
      model: 'test',
      remembered,
    });
  });

  it('is judged by what went down with it', () => {
    const file = { crashes: 8, remembered: undefined };
    expect(judge(file, 'server')).toEqual({ crashes: 9, isGivenUp: false, countsAttempt: false });
    expect(judge(file, 'serverAlone')).toEqual({ crashes: 10, isGivenUp: true, countsAttempt: false });
    expect(judge({ ...file, crashes: 0 }, 'worker')).toEqual({ crashes: 5, isGivenUp: false, countsAttempt: true });
    const elsewhere = { crashes: 90, remembered: 1 };
    expect(judge(elsewhere, 'worker')).toEqual({ crashes: 95, isGivenUp: false, countsAttempt: false });
  });
});

function open(count: number, reused: readonly boolean[]): History {
  const files = Array.from({ length: count }, (_, index) => ({
    fileId: id(10 + index),
    filename: `${index}.png`,
    pixels: null,
  }));
  const state = freeze(newTask({ taskId: id(1), jobId: id(2), model: 'test' }, files));
  const history: History = { state, now: start, entries: [], tokens: [], cleanups: [], seen: initialTaskState(id(1)) };
  const stored = files.filter((_, index) => reused[index]);
  const results = new Map(stored.map(({ fileId }) => [fileId, { result: result(fileId, true), attemptId: 'earlier' }]));
  take(history, { type: 'opened', results, position: 3 }, 0);
  return history;
}

const context = ({ now }: History) => ({ now, timestamp: now, estimate: () => 7 });

function toChange({ state, tokens }: History, { kind, pick, amount, flag }: Step): TaskChange {
  const file = state.files[pick % state.files.length] as FileState;
  const token = tokens[pick % Math.max(1, tokens.length)] ?? 'none';
  switch (kind) {
    case 'claimed':
      return { type: 'claimed', fileId: file.fileId, token: `token ${tokens.length}`, worker: 'w', leaseMs: 5000 };
    case 'reported':
      return { type: 'reported', token, progress: amount / 10, message: { text: flag ? 'Working' : `At ${amount}` } };
    case 'completed':
      return { type: 'finished', token, ending: { status: 'completed', result: result(file.fileId, false) } };
    case 'failed': {
      const error = { text: 'It broke', id: 'file.failed' };
      const ending = flag
        ? { status: 'failed' as const, error, details: { code: 'X' } }
        : { status: 'cancelled' as const };
      return { type: 'finished', token, ending };
    }
    case 'released':
      return { type: 'released', token, options: { delayMs: flag ? pick % 4000 : 0, countAttempt: pick % 2 === 0 } };
    case 'due':
      return { type: 'due' };
    case 'voided':
      return { type: 'voided', token, wasAlone: flag, delayMs: flag ? 1000 : 0 };
    case 'remembered':
      return { type: 'remembered', token, remembered: flag ? { request: pick } : undefined };
    case 'renewed':
      return { type: 'renewed', token, leaseMs: 5000 };
    case 'positioned':
      return { type: 'positioned', position: 1 + (pick % 5) };
    case 'offered':
      return { type: 'offered', isOffered: flag };
    case 'cancelled':
      return { type: 'cancelled', fileId: flag ? file.fileId : undefined };
  }
}

/** Applies a change and checks all that must hold after each. */
function take(history: History, change: TaskChange, afterMs: number): void {
  history.now += afterMs;
  const before = history.state;
  const applied = applyToTask(before, change, context(history));
  const isFenced = 'token' in change && change.type !== 'claimed';
  const isHeld = isFenced && before.files.some((file) => file.token === change.token);
  expect(applied !== undefined || !isFenced).toBe(isHeld || !isFenced);
  if (!applied) return;
  if (change.type === 'claimed') history.tokens.push(change.token);
  history.state = freeze(applied.state);
  history.entries.push(...applied.entries);
  history.cleanups.push(...applied.cleanups);
  checkEntries(before, applied);
  checkFiles(before, change, applied);
  const seen = events(applied.entries).reduce(reduceTask, history.seen);
  checkSeen(history, seen);
  history.seen = seen;
}

function checkEntries(before: TaskState, { state, entries, replaced }: AppliedChange): void {
  expect(entries.map((entry) => entry.sequence)).toEqual(entries.map((_, index) => before.sequence + index + 1));
  expect(state.sequence).toBe(before.sequence + entries.length);
  if (before.finishedAt !== null) expect(entries).toEqual([]);
  const endedBefore = new Set(before.files.filter((file) => file.state === 'ended').map((file) => file.fileId));
  const heads = new Map([
    [state.taskId, before.head],
    ...before.files.map((file) => [file.fileId, file.head] as const),
  ]);
  const gone: number[] = [];
  for (const { key, type, data, sequence } of entries) {
    taskEventSchemas[type].parse(JSON.parse(data));
    expect(endedBefore.has(key)).toBe(false);
    gone.push(heads.get(key) ?? 0);
    heads.set(key, sequence);
  }
  expect(replaced).toEqual(gone.filter((head) => head > 0));
  expect([state.head, ...state.files.map((file) => file.head)]).toEqual([...heads.values()]);
}

function checkFiles(before: TaskState, change: TaskChange, applied: AppliedChange): void {
  const { state, files, lost, cleanups } = applied;
  expect(state.progress).toBeGreaterThanOrEqual(before.progress);
  expect(state.waiting).toBe(state.files.filter((file) => file.state === 'waiting').length);
  expect(state.running).toBe(state.files.filter((file) => file.token !== null).length);
  expect(state.ended).toBe(state.files.filter((file) => hasEnded(file.status)).length);
  expect(state.finishedAt !== null).toBe(state.ended === state.files.length);
  for (const [index, file] of state.files.entries()) {
    const old = before.files[index] as FileState;
    expect(files.includes(file)).toBe(file !== old);
    expect(file.progress).toBeGreaterThanOrEqual(old.progress);
    expect(file.state === 'leased').toBe(file.token !== null);
    expect(file.state === 'ended').toBe(hasEnded(file.status));
    expect(file.dueAt !== null).toBe(file.state === 'leased' || file.state === 'delayed');
    expect(file.result !== null).toBe(file.status === 'completed');
    if (file.status === 'completed') expect(file.attemptId).not.toBeNull();
  }
  // Who lost a lease without ending it may have stored something; who gave it up, has not.
  const given = change.type === 'finished' || change.type === 'released';
  const tokens = new Set(state.files.map((file) => file.token));
  const leases = before.files.flatMap(({ token }) => (token !== null && !tokens.has(token) ? [token] : []));
  expect(lost).toEqual(given ? [] : leases);
  const removed = cleanups.flatMap(({ cleanup }) => (cleanup.type === 'remove_attempt' ? [cleanup.attemptId] : []));
  expect(removed).toEqual(lost);
  // Nothing that goes on elsewhere is forgotten, unless its own worker ended it.
  const forgotten = before.files.filter(
    ({ remembered }, index) => remembered !== undefined && state.files[index]?.remembered === undefined,
  );
  const cancelled = cleanups.flatMap(({ cleanup }) =>
    cleanup.type === 'cancel_remote_job' ? [cleanup.remembered] : [],
  );
  const isOwn = change.type === 'finished' || change.type === 'remembered';
  expect(cancelled).toEqual(isOwn ? [] : forgotten.map(({ remembered }) => remembered));
}

/** A client that has read every entry sees what the state says. */
function checkSeen({ state }: History, seen: SeenState): void {
  const { status, progress, message, ended, sequence } = state;
  expect(seen).toMatchObject({ status, progress, current: ended, total: state.files.length, sequence });
  expect(seen.queue_position).toBe(state.queuePosition ?? undefined);
  if (state.finishedAt === null) expect([seen.message, seen.message_id]).toEqual([message.text, message.id]);
  expect(progress).toBe(overallProgress(state.files));
  for (const [index, file] of state.files.entries()) {
    const shown = seen.files[index];
    expect(shown).toMatchObject({ file_id: file.fileId, status: file.status, progress: file.progress });
    expect(shown?.message).toBe(file.message.text);
    expect(shown?.message_id).toBe(file.message.id);
    expect(shown?.error).toBe(file.status === 'failed' ? file.message.text : undefined);
    expect(shown?.last_error).toBe(file.lastError?.text);
    expect(shown?.attempts ?? Math.min(1, file.attempts)).toBe(file.attempts);
    expect(shown?.result).toEqual(file.result ?? undefined);
  }
}

/** So that a change in place would throw. */
function freeze(state: TaskState): TaskState {
  for (const file of state.files) Object.freeze(file);
  Object.freeze(state.files);
  return Object.freeze(state);
}
