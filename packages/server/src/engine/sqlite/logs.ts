import type { Entry, Log } from '../contract.ts';
import type { Core } from './core.ts';
import type { Handle } from './handle.ts';
import { parseLines } from './lines.ts';

/** The logs of tasks. */
export function logOf(handle: Handle): Log {
  return {
    async entries(taskId, after) {
      const { core } = handle;
      const found = readEntries(core, taskId, after);
      await core.sync.settled(taskId);
      return found;
    },

    async subscribe(taskId, listener) {
      return handle.keep(handle.core.feed.subscribe(taskId, listener));
    },
  };
}

function readEntries({ session, live }: Core, taskId: string, after: number | undefined): Entry[] | undefined {
  const row = session.get('task', taskId);
  if (!row) return undefined;
  const known = live.peek(row.place);
  const unsaved = known?.unsaved?.entries ?? [];
  const whole = (rows: readonly Omit<Entry, 'taskId'>[]): Entry[] =>
    rows.map(({ key, sequence, type, data }) => ({ taskId, key, sequence, type, data }));

  function newest(): Entry[] {
    const all = [...whole(session.all('newestEntries', row?.place ?? 0)), ...unsaved];
    // The rows name what was the newest of each key when they were saved.
    const heads = known && new Set([known.state.head, ...known.state.files.map((file) => file.head)]);
    return heads ? all.filter((entry) => heads.has(entry.sequence)) : all;
  }

  const isCursor = after !== undefined && Number.isSafeInteger(after) && after >= 0;
  if (!isCursor || after > (known?.state.sequence ?? row.sequence)) return newest();
  const rows = whole(session.all('entriesFrom', row.place, after));
  const replaced = session.all('replacedFrom', row.place, after).flatMap(({ lines }) => parseLines(lines));
  const tail = [...rows, ...replaced.map(({ entry }) => entry), ...unsaved]
    .filter(({ sequence }) => sequence >= after)
    .toSorted((a, b) => a.sequence - b.sequence);
  const later = tail.filter(({ sequence }) => sequence > after);
  // Some of the numbers up to there were lost with a process: what the reader has seen may be what nobody knows any more.
  const isKnown = after === 0 || after > (known?.skippedTo ?? row.skippedTo) || tail.length > later.length;
  if (isKnown) return later;
  return [...newest().filter((entry) => entry.sequence < after), ...later];
}
