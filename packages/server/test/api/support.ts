import { problemSchema, taskSchema, uploadSchema } from '@image2model/protocol';
import type { Problem, Task, Upload } from '@image2model/protocol';
import { expect } from 'vitest';
import { picture, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';

/** Uploads pictures and gives the answer back, which has to be the contract's. */
export async function upload(server: TestServer, names = ['chair.png'], init: RequestInit = {}): Promise<Upload> {
  const bytes = await picture();
  const form = uploadForm(names.map((name) => [name, bytes]));
  const response = await server.ask('/api/v1/upload/', { method: 'POST', body: form, ...init });
  expect(response.status).toBe(200);
  return uploadSchema.parse(await response.json());
}

export async function taskNow(server: TestServer, taskId: string, init: RequestInit = {}): Promise<Task> {
  const response = await server.ask(`/api/v1/status/tasks/${taskId}`, init);
  expect(response.status).toBe(200);
  return taskSchema.parse(await response.json());
}

/** Waits for the end of a task by the engine's own word, without asking again and again. */
export async function ended(server: TestServer, taskId: string, init: RequestInit = {}): Promise<Task> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = await server.engine.subscribe(taskId, (entries) => {
    if (entries.some(({ type }) => /^task_(completed|failed|cancelled)$/.test(type))) resolve();
  });
  try {
    const row = await server.engine.task(taskId);
    if (row?.finishedAt === null) await promise;
  } finally {
    unsubscribe();
  }
  return await taskNow(server, taskId, init);
}

/** The answer as a problem document; everything that every error promises is checked here. */
export async function problem(response: Response, status: number, code: string): Promise<Problem> {
  const text = await response.text();
  expect(response.headers.get('content-type'), text).toBe('application/problem+json; charset=utf-8');
  const parsed = problemSchema.parse(JSON.parse(text));
  expect({ status: response.status, code: parsed.code }, text).toEqual({ status, code });
  expect(parsed.status).toBe(status);
  expect(parsed.request_id).toBe(response.headers.get('x-request-id'));
  expect(text).not.toMatch(/node_modules|\/tmp\/|\bat .*:\d+:\d+/);
  if (status === 429 || status === 503) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  return parsed;
}
