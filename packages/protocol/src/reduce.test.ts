import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FileUpdate, TaskEvent, TaskProgress } from './events.ts';
import { initialTaskState, overallProgress, reduceTask } from './reduce.ts';

const taskId = '0199d6a0-0000-7000-8000-000000000000';
const jobId = '0199d6a0-0000-7000-8000-000000000001';
const fileId = (n: number) => `0199d6a0-0000-7000-8000-0000000001${String(n).padStart(2, '0')}`;

function progress(sequence: number, fields: Partial<TaskProgress> = {}): TaskEvent {
  const data = { task_id: taskId, job_id: jobId, sequence, timestamp: sequence, status: 'processing' as const };
  return {
    type: 'task_progress',
    data: { ...data, progress: 0, current: 0, total: 2, total_files: 2, message: 'Working', ...fields },
  };
}

function file(sequence: number, n: number, fields: Partial<FileUpdate> = {}): TaskEvent {
  const data = { task_id: taskId, sequence, timestamp: sequence, file_id: fileId(n), filename: `${n}.png` };
  return { type: 'file_update', data: { ...data, status: 'processing', progress: 0, message: '', ...fields } };
}

const completed = (sequence: number, made: number, total: number): TaskEvent => ({
  type: 'task_completed',
  data: {
    task_id: taskId,
    job_id: jobId,
    sequence,
    timestamp: sequence,
    result: {
      job_id: jobId,
      total_files: total,
      successful_files: made,
      failed_files: total - made,
      processing_time: 1.5,
    },
  },
});

const reduce = (events: TaskEvent[]) => events.reduce(reduceTask, initialTaskState(taskId));

describe('the reducer', () => {
  test('keeps files in the order of upload, whatever the order of their events', () => {
    const state = reduce([file(1, 2), file(2, 0), file(3, 1), file(4, 0, { progress: 50 })]);
    expect(state.files.map((each) => each.filename)).toEqual(['0.png', '1.png', '2.png']);
    expect(state.files[0]?.progress).toBe(50);
    expect(state.total).toBe(3);
  });

  test('returns the same object for an event that it has seen', () => {
    const state = reduce([progress(3), file(4, 0)]);
    expect(reduceTask(state, progress(4))).toBe(state);
    expect(reduceTask(state, progress(1))).toBe(state);
    expect(reduceTask(state, progress(5))).not.toBe(state);
  });

  test('never lets progress go back, and forgets a queue position that is no longer said', () => {
    const waiting = reduce([progress(1, { progress: 40, queue_position: 3, eta_seconds: 9 })]);
    expect(waiting).toMatchObject({ progress: 40, queue_position: 3, eta_seconds: 9 });
    const running = reduceTask(waiting, progress(2, { progress: 10 }));
    expect(running.progress).toBe(40);
    expect(running).not.toHaveProperty('queue_position');
    expect(running).not.toHaveProperty('eta_seconds');
  });

  test('never lets a file go back, though the server has forgotten how far it was', () => {
    const seen = reduce([file(1, 0, { progress: 60 }), file(2, 1, { progress: 20 })]);
    const after = [file(9, 0, { status: 'pending', progress: 40 }), file(10, 0, { progress: 45 })].reduce(
      reduceTask,
      seen,
    );
    expect(after.files[0]).toMatchObject({ status: 'processing', progress: 60, sequence: 10 });
    expect(reduceTask(after, file(11, 0, { status: 'failed', progress: 45 })).files[0]).toMatchObject({ progress: 60 });
    expect(reduceTask(after, file(11, 0, { progress: 61 })).files[0]).toMatchObject({ progress: 61 });
  });

  test('an ending alone gives the whole picture to a viewer who comes late', () => {
    const state = reduce([
      file(7, 0, { status: 'completed', progress: 100 }),
      file(9, 1, { status: 'failed', progress: 20, error: 'It was torn', details: { code: 'GENERATION_FAILED' } }),
      completed(11, 1, 2),
    ]);
    expect(state).toMatchObject({ status: 'completed', job_id: jobId, progress: 100, current: 2, total: 2 });
    expect(state.message).toBe('1 of 2 models ready');
    expect(state.result?.failed_files).toBe(1);
  });

  test('a failed task says why', () => {
    const details = { code: 'ALL_FILES_FAILED' };
    const data = {
      task_id: taskId,
      job_id: jobId,
      sequence: 9,
      timestamp: 9,
      error: 'No image became a model',
      details,
    };
    const state = reduce([progress(1), { type: 'task_failed', data }]);
    expect(state).toMatchObject({ status: 'failed', error: data.error, details, message: data.error, current: 2 });
  });

  test('the newest entry of each key gives the same state as every entry', () => {
    const step = fc.record({ file: fc.integer({ min: 0, max: 3 }), to: fc.integer({ min: 0, max: 99 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const events: TaskEvent[] = [];
        let best = 0;
        for (const { file: n, to } of steps) {
          const known = events.findLast((event) => event.type === 'file_update' && event.data.file_id === fileId(n));
          // As the engine has it: no report is lower than the one before.
          const reached = known?.type === 'file_update' ? Math.max(known.data.progress, to) : to;
          events.push(file(events.length + 1, n, { progress: reached }));
          best = Math.max(best, to);
          events.push(progress(events.length + 1, { progress: best, total: 4, total_files: 4 }));
        }
        const newest = new Map<string, TaskEvent>();
        for (const event of events) newest.set(event.type === 'file_update' ? event.data.file_id : taskId, event);
        const compacted = [...newest.values()].sort((a, b) => a.data.sequence - b.data.sequence);
        expect(reduce(compacted)).toEqual(reduce(events));
      }),
    );
  });
});

test('overall progress is the mean of the files, an ended one counting whole', () => {
  expect(overallProgress([])).toBe(0);
  expect(
    overallProgress([
      { status: 'failed', progress: 10 },
      { status: 'processing', progress: 33.3 },
      { status: 'pending', progress: 0 },
    ]),
  ).toBe(44.4);
});
