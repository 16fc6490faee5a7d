import type { Log } from '../contract.ts';
import type { Handle } from './handle.ts';
import { unsavedEntries } from './unsaved.ts';

/** The logs of tasks. */
export function logOf(handle: Handle): Log {
  return {
    async entries(taskId, after) {
      const { session, live } = handle.core;
      const row = session.get('task', taskId);
      if (!row) return undefined;
      const known = live.peek(row.place);
      const state = known?.state;
      const unsaved = unsavedEntries(known?.unsaved);
      const sequence = state?.sequence ?? row.sequence;
      const isValid = after !== undefined && Number.isSafeInteger(after) && after >= 0 && after <= sequence;
      const rows = isValid ? session.all('entriesAfter', row.place, after) : session.all('newestEntries', row.place);
      const saved = rows.map(({ key, sequence: at, type, data }) => ({ taskId, key, sequence: at, type, data }));
      if (isValid) return [...saved, ...unsaved.filter((entry) => entry.sequence > after)];
      // The rows name what was the newest of each key when they were saved.
      const heads = state && new Set([state.head, ...state.files.map((file) => file.head)]);
      return [...saved, ...unsaved].filter((entry) => !heads || heads.has(entry.sequence));
    },

    async subscribe(taskId, listener) {
      return handle.keep(handle.core.feed.subscribe(taskId, listener));
    },
  };
}
