import { expect, onTestFinished, test, vi } from 'vitest';
import { ApiService, type ProgressCallbacks, type ProgressStream } from '../src/index.ts';
import { problem, startFeedServer } from './support/feed-server.ts';
import { TaskLog } from './support/task-log.ts';

// How existing apps use the SDK: their code, run against this version.

async function setUp() {
  const task = new TaskLog(2);
  const server = await startFeedServer([task], {
    intercept: (request, response) => {
      const id = request.url?.split('/').at(-1);
      if (id === 'stream') return false;
      if (id === task.taskId) response.end(JSON.stringify(task.state));
      else problem(response, 404, 'TASK_NOT_FOUND');
    },
  });
  onTestFinished(() => server.close());
  const api = new ApiService({ baseUrl: server.baseUrl, backoff: { baseMs: 1 } });
  return { api, task, server };
}

test('the tracker: progress, files, completion, and results by job_id', async () => {
  const { api, task } = await setUp();
  let overallProgress = 0;
  let counts: unknown[] = [];
  const updates: string[] = [];
  const loadResults = vi.fn<(jobId: string) => void>();
  let files = task.fileIds.map((id) => ({ id, status: 'pending', progress: 0, message: '' }));

  const stream: ProgressStream = api.createProgressStream(task.taskId, {
    onProgress: (data) => {
      overallProgress = Math.round(data.progress || 0);
      counts = [data.total_files || data.total || 0, data.current || 0, data.message];
    },
    onFileUpdate: (data) => {
      const fileIndex = files.findIndex((file) => file.id === data.file_id);
      const { status, progress, message } = data;
      if (fileIndex !== -1) files = files.with(fileIndex, { id: data.file_id, status, progress, message });
    },
    onComplete: (data) => {
      files = files.map((file) => ({ ...file, status: 'completed', progress: 100 }));
      stream.close();
      loadResults(data.job_id);
    },
    onTaskUpdate: (...[type]) => updates.push(type),
  });
  task.progress(33.4, 'Half-way');
  task.file(1, 'processing', 60, 'Shaping');
  await vi.waitFor(() => expect(files[1]).toMatchObject({ status: 'processing', progress: 60, message: 'Shaping' }));
  expect(stream.readyState()).toBe(1);
  task.complete();
  await vi.waitFor(() => expect(loadResults).toHaveBeenCalledWith(task.jobId));
  expect([overallProgress, counts]).toEqual([33, [2, 0, 'Half-way']]);
  expect(stream.readyState()).toBe(2);
  // The tracker closes its stream in `onComplete`; nothing is called after that.
  expect(updates).toEqual(['progress', 'file']);
});

test('an error reads well in a string', async () => {
  const { api, task } = await setUp();
  const toast = { error: vi.fn<(text: string) => void>() };
  api.createProgressStream(task.taskId, {
    // oxlint-disable-next-line typescript/restrict-template-expressions -- apps do this
    onError: (error) => toast.error(`Processing error: ${error}`),
  });
  task.fail('The model could not be made');
  await vi.waitFor(() => expect(toast.error).toHaveBeenCalledWith('Processing error: The model could not be made'));
});

test('a task is verified before it is followed', async () => {
  const { api, task } = await setUp();
  expect((await api.getJobStatus(task.taskId)).success).toBe(true);
  expect((await api.getJobStatus('00000000-0000-4000-8000-000000000000')).success).toBe(false);
});

test('events can be ordered by their sequence', async () => {
  const { api, task } = await setUp();
  let lastSequence = 0;
  const ended = Promise.withResolvers<void>();
  api.createProgressStream(task.taskId, {
    onProgress: (data) => {
      expect(data.sequence).toBeGreaterThan(lastSequence);
      lastSequence = data.sequence || lastSequence;
    },
    onComplete: () => ended.resolve(),
    onOpen: () => {
      task.progress(1);
      task.progress(2);
      task.complete();
    },
  });
  await ended.promise;
  expect(lastSequence).toBeGreaterThan(0);
});

test('an app’s own manager, built on createProgressStream, still works', async () => {
  const { api, task, server } = await setUp();
  class SSEManager {
    readonly connections = new Map<string, ProgressStream>();
    connect(taskId: string, callbacks: ProgressCallbacks) {
      if (this.connections.has(taskId)) this.disconnect(taskId);
      const stream = api.createProgressStream(taskId, { ...callbacks });
      this.connections.set(taskId, stream);
      return stream;
    }
    disconnect(taskId: string) {
      this.connections.get(taskId)?.close();
      this.connections.delete(taskId);
    }
    disconnectAll() {
      this.connections.forEach((_, taskId) => this.disconnect(taskId));
    }
  }
  const manager = new SSEManager();
  const seen: number[] = [];
  task.progress(10);
  manager.connect(task.taskId, { onProgress: (data) => seen.push(data.progress) }).readyState();
  manager.connect(task.taskId, { onProgress: (data) => seen.push(data.progress) });
  await vi.waitFor(() => expect(seen).toEqual([10]));
  manager.disconnectAll();
  await vi.waitFor(() => expect(server.sockets.size).toBe(0));
});
