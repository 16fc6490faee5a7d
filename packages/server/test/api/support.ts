import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { problemSchema, taskSchema, ticketSchema, uploadSchema } from '@image2model/protocol';
import type { Problem, Task, Upload } from '@image2model/protocol';
import { expect, onTestFinished } from 'vitest';
import { picture, startTestServer, uploadForm } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';

/** Starts a server that is stopped at the end of the test. */
export async function start(options?: Parameters<typeof startTestServer>[0]): Promise<TestServer> {
  const server = await startTestServer(options);
  onTestFinished(() => server.stop());
  return server;
}

/** Sends a form to the upload. */
export async function send(server: TestServer, form: FormData, init: RequestInit = {}): Promise<Response> {
  return await server.ask('/api/v1/upload', { method: 'POST', body: form, ...init });
}

/** The answer to an upload that was accepted, which has to be the contract's. */
export async function expectAccepted(response: Response): Promise<Upload> {
  expect(response.status).toBe(200);
  return uploadSchema.parse(await response.json());
}

/** Uploads pictures. */
export async function upload(server: TestServer, names = ['chair.png'], init: RequestInit = {}): Promise<Upload> {
  const bytes = await picture();
  return await expectAccepted(await send(server, uploadForm(names.map((name) => [name, bytes])), init));
}

/** What a request with JSON is sent with. */
export function json(method: string, body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
}

/** Logs in with a key, as the page does; the cookie of the login. */
export async function logIn(server: TestServer, key: string): Promise<string> {
  const response = await server.ask('/api/v1/session', json('POST', { api_key: key }));
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** A ticket for the stream of a task, or for a download of its job. */
export async function ticketFor(server: TestServer, taskId: string, headers: Record<string, string>): Promise<string> {
  const response = await server.ask(`/api/v1/status/tasks/${taskId}/ticket`, { method: 'POST', headers });
  return ticketSchema.parse(await response.json()).ticket;
}

export async function taskNow(server: TestServer, taskId: string, init: RequestInit = {}): Promise<Task> {
  const response = await server.ask(`/api/v1/status/tasks/${taskId}`, init);
  expect(response.status).toBe(200);
  return taskSchema.parse(await response.json());
}

/** The jobs that the server has files of, by their ids. */
export async function storedJobs(server: TestServer): Promise<string[]> {
  return await readdir(join(server.dataDir, 'files/jobs')).catch(() => []);
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
