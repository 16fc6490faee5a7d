import { onTestFinished } from 'vitest';
import type { ProgressCallbacks } from '../../src/callbacks.ts';
import type { FeedOptions } from '../../src/feed.ts';
import { createProgressStream } from '../../src/stream.ts';
import { startFeedServer } from './feed-server.ts';
import type { FeedServerOptions } from './feed-server.ts';
import { recorder } from './recorder.ts';
import { TaskLog } from './task-log.ts';

const quick = { backoff: { baseMs: 1, capMs: 2 } } satisfies FeedOptions;

/** A server with one task, and a function that follows the task and records the callbacks. */
export async function setUp(options: FeedServerOptions = {}, task = new TaskLog(2)) {
  const server = await startFeedServer([task], options);
  onTestFinished(() => server.close());
  const recorded = recorder();
  const follow = (given: FeedOptions = {}, callbacks: ProgressCallbacks = recorded.callbacks) => {
    const stream = createProgressStream(task.taskId, callbacks, { baseUrl: server.baseUrl, ...quick, ...given });
    onTestFinished(() => stream.close());
    return stream;
  };
  return { task, server, recorded, follow };
}
