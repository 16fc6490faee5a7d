import { hasEnded, isEnding, message } from '@image2model/protocol';
import type { Engine, Entry, TaskRow } from '../../engine/contract.ts';
import { ApiError } from '../../http/errors.ts';
import type { Cursor } from '../cursor.ts';
import { statusOf } from '../feeds.ts';
import type { Feeds, Reader } from '../feeds.ts';
import { keepMeanwhile } from '../meanwhile.ts';
import type { Visited, Wheel } from '../wheel.ts';
import type { Batch } from '../wire.ts';
import type { Pace } from './pace.ts';

/** What a client asks for. */
export interface PollRequest {
  /** All of one owner, sorted, without doubles. */
  tasks: readonly [TaskRow, ...TaskRow[]];
  /** The last sequence seen of each task, in the same order; undefined where there is none. */
  after: readonly (number | undefined)[];
  /** Where the client is, and how that is written. */
  cursor: Cursor;
  waitMs: number;
  /** The login that asks, with which the poll ends; empty for a key. */
  login: string;
  /** Aborted when the client has left. */
  signal: AbortSignal;
}

/** The entries after a cursor. */
export interface PollAnswer {
  entries: { id: string; entry: Entry }[];
  /** The cursor after the last of them; the one that was given where there are none. */
  lastEventId: string;
  /** Whether nothing is left after this. */
  isOver: boolean;
  /** What a client waits before it comes back, in ms. */
  retryMs: number;
}

/** What all polls of a hub share. */
export interface PollSurroundings {
  engine: Pick<Engine, 'entries'>;
  feeds: Feeds;
  wheel: Wheel;
  pace: Pace;
  tickMs: number;
  retryMs(): number;
  /** Called once for each poll, when it is answered or given up. */
  onClosed(poll: Poll): void;
}

interface Followed {
  taskId: string;
  hadEnded: boolean;
  /** Sequence of the newest entry found by reading; above all others until the task was read. */
  newest: number;
  found: readonly Entry[];
  /** What came in since the feed was joined. */
  arrived: Entry[];
}

/** How long the first thing that arrives waits for what comes with it. */
const gatherMs = 10;

/** Characters of JSON in one answer, give or take one entry. What is beyond comes with the next, at once. */
const maxAnswerLength = 1_048_576;

/**
 * A question for the entries after a cursor that waits for the first of them. What is there already is read; it meets
 * what arrives as in a stream: the feeds are joined before. While it waits it hangs in the hub's wheel, without a timer
 * or an open read of its own.
 */
export class Poll implements Reader, Visited {
  slot = -1;
  readonly owner: string;
  readonly login: string;
  readonly #request: PollRequest;
  readonly #around: PollSurroundings;
  readonly #tasks: Map<string, Followed>;
  readonly #deadline: number;
  readonly #outcome = Promise.withResolvers<PollAnswer | undefined>();
  #state: 'reading' | 'waiting' | 'done' = 'reading';
  #gathering: NodeJS.Timeout | undefined;
  /** Whether mere progress waits for a turn. */
  #isPaced = false;

  constructor(request: PollRequest, around: PollSurroundings) {
    this.owner = request.tasks[0].owner;
    this.login = request.login;
    this.#request = request;
    this.#around = around;
    this.#tasks = new Map(
      request.tasks.map(({ taskId, status }) => [
        taskId,
        { taskId, hadEnded: hasEnded(status), newest: Infinity, found: [], arrived: [] },
      ]),
    );
    this.#deadline = around.wheel.now + Math.ceil(request.waitMs / around.tickMs);
    around.wheel.add(this, this.#deadline - around.wheel.now);
  }

  /**
   * Resolves to the answer; to undefined where the client has seen every ending already. Rejects with an
   * {@link ApiError}: TASK_NOT_FOUND, or what `end` was called with.
   */
  async run(): Promise<PollAnswer | undefined> {
    const leave = (): void => this.#answer();
    this.#request.signal.addEventListener('abort', leave);
    try {
      this.#begin().catch((error: unknown) => this.#outcome.reject(error));
      return await this.#outcome.promise;
    } finally {
      this.#request.signal.removeEventListener('abort', leave);
      this.#release();
    }
  }

  /** Ends a poll that is not answered yet: with nothing new and a time to come back, or else with the refusal. */
  end(refusal: ApiError, retryMs?: number): void {
    if (retryMs === undefined || this.#state === 'reading') this.#outcome.reject(refusal);
    else this.#answer(retryMs);
  }

  deliver(taskId: string, batch: Batch): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined) return;
    task.arrived = keepMeanwhile(task.arrived, batch.entries);
    if (this.#state === 'waiting') this.#consider(batch.entries.filter(({ sequence }) => sequence > task.newest));
  }

  /** Called each time the wheel comes round to this poll. */
  visit(now: number): number {
    if (this.#state === 'reading') return 1;
    if (now < this.#deadline) {
      if (!this.#isPaced) return this.#deadline - now;
      if (!this.#around.pace.take(this.owner)) return 1;
    }
    this.#answer();
    return 0;
  }

  async #begin(): Promise<void> {
    const { engine, feeds, pace } = this.#around;
    const { after, waitMs } = this.#request;
    const all = [...this.#tasks.values()];
    await Promise.all(all.filter(({ hadEnded }) => !hadEnded).map(({ taskId }) => feeds.join(taskId, this)));
    let length = 0;
    for (const [index, task] of all.entries()) {
      if (length > maxAnswerLength) break;
      const entries = await engine.entries(task.taskId, after[index]);
      if (entries === undefined)
        throw new ApiError('TASK_NOT_FOUND', message('error.task_missing', { task: task.taskId }));
      task.found = entries;
      task.newest = entries.at(-1)?.sequence ?? after[index] ?? 0;
      for (const { data } of entries) length += data.length;
    }
    const found = all.flatMap((task) => task.found);
    if (this.#state === 'done') return;
    if (found.length === 0 && all.every(({ hadEnded }) => hadEnded)) {
      this.#outcome.resolve(undefined);
      return;
    }
    this.#state = 'waiting';
    if (waitMs === 0 || (found.length > 0 && after.every((one) => one === undefined))) {
      // Whoever does not wait, or has nothing yet, is answered in any case.
      pace.take(this.owner);
      this.#answer();
    } else this.#consider(all.flatMap(newsOf));
  }

  #consider(news: readonly Entry[]): void {
    const isMere = news.every(isMereProgress);
    if (news.length === 0 || (isMere && (this.#isPaced || this.#gathering !== undefined))) return;
    if (isMere && !this.#around.pace.take(this.owner)) {
      this.#isPaced = true;
      this.#around.wheel.add(this, 1);
    } else if (news.some(({ type }) => isEnding(type))) this.#answer();
    else this.#gathering ??= setTimeout(() => this.#answer(), gatherMs);
  }

  /** With all that is there. */
  #answer(retryMs = this.#around.retryMs()): void {
    if (this.#state === 'done') return;
    this.#state = 'done';
    const { cursor } = this.#request;
    const entries: PollAnswer['entries'] = [];
    let length = 0;
    let left = 0;
    for (const [index, task] of [...this.#tasks.values()].entries()) {
      const news = newsOf(task);
      for (const entry of news) {
        if (length > maxAnswerLength) break;
        length += entry.data.length;
        entries.push({ id: cursor.advance(index, entry.sequence), entry });
      }
      if (length > maxAnswerLength || !(task.hadEnded || news.some(({ type }) => isEnding(type)))) left += 1;
    }
    this.#outcome.resolve({ entries, lastEventId: cursor.text, isOver: left === 0, retryMs });
  }

  #release(): void {
    this.#state = 'done';
    clearTimeout(this.#gathering);
    this.#around.wheel.remove(this);
    for (const taskId of this.#tasks.keys()) this.#around.feeds.leave(taskId, this);
    this.#around.onClosed(this);
  }
}

function newsOf({ found, arrived, newest }: Followed): Entry[] {
  return [...found, ...arrived.filter(({ sequence }) => sequence > newest)];
}

/** Whether an entry says no more than how far something is. */
function isMereProgress(entry: Entry): boolean {
  const status = statusOf(entry);
  return status === 'queued' || status === 'pending' || status === 'processing';
}
