import { encodeFrame, hasEnded, isEnding, message } from '@image2model/protocol';
import type { Engine, Entry, TaskRow } from '../engine/contract.ts';
import { ApiError } from '../http/errors.ts';
import { CombinedCursor, parseCombinedCursor } from './cursor.ts';
import type { Feeds, Reader } from './feeds.ts';
import { keepMeanwhile } from './meanwhile.ts';
import { Stream } from './stream.ts';
import type { Outlet, StreamSurroundings } from './stream.ts';
import type { Batch } from './wire.ts';

interface Followed {
  taskId: string;
  index: number;
  /** Whether the task had ended when the stream began. */
  hadEnded: boolean;
  /** Sequence of the newest entry so far. */
  newest: number;
  /** `ahead`: its replay is still to be read; `reading`; `live`. */
  phase: 'ahead' | 'reading' | 'live';
  isOver: boolean;
}

/**
 * The events of several tasks of one owner over one connection. The id of each event is a cursor over all of the
 * tasks, so its frames are its own. Replays go one task after the other: what a task does before its turn is in its
 * replay, what it does after goes out at once.
 */
export class CombinedStream extends Stream implements Reader {
  readonly #feeds: Feeds;
  readonly #tasks: Map<string, Followed>;
  readonly #cursor: CombinedCursor;
  #meanwhile: Entry[] = [];
  #hasBegun = false;
  #left: number;

  constructor(tasks: readonly [TaskRow, ...TaskRow[]], feeds: Feeds, outlet: Outlet, around: StreamSurroundings) {
    super(tasks[0].owner, outlet, around);
    this.#feeds = feeds;
    this.#cursor = new CombinedCursor(tasks.map((task) => task.taskId));
    this.#left = tasks.length;
    this.#tasks = new Map(
      tasks.map(({ taskId, status }, index) => [
        taskId,
        { taskId, index, hadEnded: hasEnded(status), newest: 0, phase: 'ahead', isOver: false },
      ]),
    );
  }

  /** As `TaskStream.start`: false where the client has seen every ending already. */
  async start(engine: Pick<Engine, 'entries'>, after: string | undefined, outlet: Outlet): Promise<boolean> {
    const tasks = [...this.#tasks.values()];
    const cursors = parseCombinedCursor(after, [...this.#tasks.keys()]);
    // At once for all: a client that leaves again before the last replay has not forgotten what it had seen.
    cursors?.forEach((sequence, index) => this.#cursor.advance(index, sequence));
    await Promise.all(tasks.filter((task) => !task.hadEnded).map((task) => this.#feeds.join(task.taskId, this)));
    for (const task of tasks) {
      // 0 stands for a task of which nothing was sent.
      const cursor = cursors?.[task.index] || undefined;
      task.phase = 'reading';
      const entries = await engine.entries(task.taskId, cursor);
      this.throwIfRefused();
      if (this.isClosed) return true;
      if (entries === undefined && !this.#hasBegun)
        throw new ApiError('TASK_NOT_FOUND', message('error.task_missing', { task: task.taskId }));
      this.#replay(task, entries ?? [], cursor, outlet);
    }
    if (!this.#hasBegun) return false;
    this.flush(this.#cursor.text);
    return true;
  }

  deliver(taskId: string, batch: Batch): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined || task.phase === 'ahead') return;
    if (task.phase === 'live') {
      this.#accept(task, batch.entries);
      return;
    }
    this.#meanwhile = keepMeanwhile(this.#meanwhile, batch.entries);
  }

  #replay(task: Followed, entries: readonly Entry[], cursor: number | undefined, outlet: Outlet): void {
    const meanwhile = this.#meanwhile;
    this.#meanwhile = [];
    task.phase = 'live';
    // Until there is something to send, the answer may still be that there is nothing left.
    if (!this.#hasBegun && (entries.length > 0 || [...this.#tasks.values()].some((one) => !one.hadEnded))) {
      this.#hasBegun = true;
      this.begin(outlet);
    }
    // A cursor that the engine does not know as one of this task counted as none.
    const isKnown = cursor !== undefined && (entries[0]?.sequence ?? Infinity) > cursor;
    task.newest = isKnown ? cursor : 0;
    this.#cursor.advance(task.index, task.newest);
    this.#accept(task, [...entries, ...meanwhile], task.hadEnded);
  }

  #accept(task: Followed, entries: readonly Entry[], ends = false): void {
    const news = entries.filter((entry) => {
      if (entry.sequence <= task.newest) return false;
      task.newest = entry.sequence;
      return true;
    });
    if (!task.isOver && (ends || news.some((entry) => isEnding(entry.type)))) {
      task.isOver = true;
      this.#left -= 1;
      this.#feeds.leave(task.taskId, this);
    }
    this.over = this.#left === 0;
    if (this.#hasBegun) this.send(news);
  }

  protected override detach(): void {
    for (const taskId of this.#tasks.keys()) this.#feeds.leave(taskId, this);
  }

  /** Sent in this order, so the cursor of each event counts those before it in, and none that wait. */
  protected override encode(entries: readonly Entry[]): string {
    let text = '';
    for (const entry of entries) {
      const index = this.#tasks.get(entry.taskId)?.index ?? 0;
      text += encodeFrame(entry.type, this.#cursor.advance(index, entry.sequence), entry.data);
    }
    return text;
  }

  protected override cursorAt(): string {
    return this.#cursor.text;
  }

  protected override keyOf(entry: Entry): string {
    // A retried file has the same id in two tasks.
    return `${entry.taskId} ${entry.key}`;
  }
}
