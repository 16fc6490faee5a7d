import type { Log } from '../contract.ts';
import type { Handle } from './handle.ts';
import { readEntries } from './reads.ts';

/** The logs of tasks. */
export function logOf(handle: Handle): Log {
  return {
    async entries(taskId, after) {
      const { session, live } = handle.core;
      return readEntries(session, live, taskId, after);
    },

    async subscribe(taskId, listener) {
      return handle.keep(handle.core.feed.subscribe(taskId, listener));
    },
  };
}
