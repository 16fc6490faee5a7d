import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { initialTaskState, isEnding, reduceTask } from '@image2model/protocol';
import { start, taskNow, upload } from '../api/support.ts';
import { createTriangleModel } from '../support/triangle-model.ts';
import { resume } from './support.ts';
import type { Received } from './support.ts';

const key = 'a-key-of-the-first-customer-0123456789';

test('a client that follows across restarts of the whole server sees each change in order and the ending once', async () => {
  const model = createTriangleModel({
    before: async (_input, _options, context) => {
      for (let step = 1; step <= 4; step += 1) {
        context.report({ stage: `step-${step}`, fraction: step / 5, message: { text: `Step ${step}` } });
        await sleep(30, undefined, { signal: context.signal });
      }
    },
  });
  const env = { API_KEYS: key, WORKER_CONCURRENCY: '2' };
  const first = await start({ env, model });
  let server = first;
  const authorization = `Bearer ${key}`;
  const names = Array.from({ length: 8 }, (_, index) => `chair-${index}.png`);
  const { task_id: taskId } = await upload(server, names, { headers: { authorization } });

  const seen: Received[] = [];
  let restarts = 0;
  for (let isOver = false; !isOver;) {
    // As an EventSource does it: the key in the address, the cursor in a header.
    const path = `/api/v1/status/tasks/${taskId}/stream?api_key=${key}`;
    const listener = await resume({ port: Number(new URL(server.address).port) }, path, seen);
    if (listener === undefined) throw new Error('204, although the ending was not seen yet');
    expect(listener.status).toBe(200);
    if (restarts < 2) {
      await listener.until(() => listener.events.length > 4);
      await server.close(0);
      restarts += 1;
      server = await start({ env: { ...env, DATA_DIR: first.dataDir }, model });
    }
    expect(await listener.closed).toBe(true);
    seen.push(...listener.events);
    isOver = seen.some(({ event }) => isEnding(event.type));
  }
  expect(restarts).toBe(2);
  const sequences = seen.map(({ id }) => Number(id));
  expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
  expect(seen.filter(({ event }) => isEnding(event.type))).toHaveLength(1);
  const sum = seen.reduce((state, { event }) => reduceTask(state, event), initialTaskState(taskId));
  const {
    created_at: _,
    started_at: __,
    finished_at: ___,
    ...truth
  } = await taskNow(server, taskId, {
    headers: { authorization },
  });
  expect(sum).toEqual(truth);
  expect(truth).toMatchObject({ status: 'completed', current: 8, progress: 100 });
  expect([...first.log, ...server.log].join('')).not.toContain(key);
});
