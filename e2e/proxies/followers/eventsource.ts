import { EventSource } from 'eventsource';
import { createFollower, eventTypes, streamUrl } from './follower.ts';
import type { Follower, Target } from './follower.ts';

/** npm's `eventsource`, the common client of Node. */
export function followWithEventSource(target: Target): Follower[] {
  const [taskId] = target.tasks;
  const follower = createFollower(taskId);
  const source = new EventSource(streamUrl(target, taskId));
  for (const type of eventTypes) {
    source.addEventListener(type, ({ data }: { data: string }) => {
      if (follower.record(type, data)) source.close();
    });
  }
  source.addEventListener('error', ({ code, message }) => {
    if (source.readyState === source.CLOSED) follower.fail(`${code} ${message}`);
  });
  return [follower];
}
