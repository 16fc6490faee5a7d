import { startDriver } from '../../../packages/client/test/hostile/drivers.ts';
import { combineTasks } from '../../../packages/client/src/index.ts';
import type { Follower, Target } from './follower.ts';

/** The SDK in Node: every way to follow one task, and two tasks over one connection. */
export const sdkWays = {
  "the SDK's createProgressStream": (target) => [follow('stream', target, 0)],
  "the SDK's watch": (target) => [follow('watch', target, 1)],
  "the SDK's store": (target) => [follow('store', target, 0)],
  "the SDK's manager": (target) => [follow('manager', target, 1)],
  "the SDK's combined stream": (target) => {
    const open = combineTasks();
    return [follow('stream', target, 0, { open }), follow('stream', target, 1, { open })];
  },
} satisfies Record<string, (target: Target) => Follower[]>;

function follow(driver: string, { url, key, tasks }: Target, task: 0 | 1, options = {}): Follower {
  const seen = startDriver(driver, tasks[task], { baseUrl: url, apiKey: key, ...options });
  return Object.assign(seen, { taskId: tasks[task] });
}
