import { isEnding } from '@image2model/protocol';
import type { Engine, Entry, TaskRow } from '../engine/contract.ts';
import { SharedReads } from './shared-reads.ts';
import type { Wheel } from './wheel.ts';
import { Batch } from './wire.ts';

/** What streams need of an engine. */
export type FeedEngine = Pick<Engine, 'task' | 'entries' | 'subscribe'>;

/** Receives the entries of the tasks that it follows. */
export interface Reader {
  /** Called with what is due together, in order. Must not throw. */
  deliver(taskId: string, batch: Batch): void;
}

interface Feed {
  taskId: string;
  readers: Set<Reader>;
  /** Written, and not yet given to the readers. */
  pending: Entry[];
  pendingLength: number;
  /** Whether what is pending leaves at the end of this turn of the loop. */
  isDue: boolean;
  /** When something was last given out, in ms of `performance.now`. */
  gaveOutAt: number;
  /** Runs while what is pending may still gather. */
  timer: NodeJS.Timeout | undefined;
  /** By key, the status in the newest entry; kept where there are many readers. */
  statuses: Map<string, string | undefined> | undefined;
  /** Resolves once the engine calls back. */
  subscription: Promise<() => void>;
}

/** Characters of JSON that gather for one task before they are given out without waiting. */
const maxPendingLength = 65_536;

/**
 * From so many readers on, entries may gather: a write to each costs some 10 µs, so what two entries cost apart holds
 * the loop up for milliseconds, which is more than gathering takes.
 */
const manyReaders = 100;

/**
 * After so long without anything to give out, what comes leaves at once: little else is likely to come in the same turn
 * of the loop, and a turn more for each entry costs as much as the half of a write.
 */
const calmMs = 0.5;

/**
 * The engine's feeds of the tasks that somebody reads, and of those alone: subscribed with the first reader, given up
 * with the last. What the engine hands over in one go leaves in one write to each reader, and while much comes, what it
 * hands over within one turn of the loop.
 *
 * Where a task has many readers and was written to a moment ago, mere progress waits up to `gatherMs` for more. What
 * comes after a pause, a changed status and an ending leave at once, and what waits goes before them: the order is kept.
 */
export class Feeds {
  readonly #engine: FeedEngine;
  readonly #reads: SharedReads;
  readonly #gatherMs: number;
  readonly #feeds = new Map<string, Feed>();
  #due: Feed[] = [];
  /** When anything was last given out, in ms of `performance.now`. */
  #gaveOutAt = -Infinity;

  constructor(engine: FeedEngine, options: { gatherMs: number; wheel: Wheel }) {
    this.#engine = engine;
    this.#reads = new SharedReads(engine, options.wheel);
    this.#gatherMs = options.gatherMs;
  }

  /** Tasks that are followed now. */
  get size(): number {
    return this.#feeds.size;
  }

  /** Every entry written after this has resolved reaches the reader. Fails as the engine's `subscribe` does. */
  async join(taskId: string, reader: Reader): Promise<void> {
    let feed = this.#feeds.get(taskId);
    if (feed === undefined) {
      feed = this.#follow(taskId);
      this.#feeds.set(taskId, feed);
    }
    feed.readers.add(reader);
    try {
      await feed.subscription;
    } catch (error) {
      this.leave(taskId, reader);
      throw error;
    }
  }

  /** The reader hears no more of this task. May be called twice. */
  leave(taskId: string, reader: Reader): void {
    const feed = this.#feeds.get(taskId);
    if (feed === undefined || !feed.readers.delete(reader) || feed.readers.size > 0) return;
    this.#feeds.delete(taskId);
    this.#reads.forget(taskId);
    clearTimeout(feed.timer);
    feed.subscription.then(
      (unsubscribe) => unsubscribe(),
      // Whoever joined has had the error.
      () => undefined,
    );
  }

  /** As the engine's `task`; read once for all who ask while the task is followed and nothing is written to it. */
  async task(taskId: string): Promise<TaskRow | undefined> {
    return await (this.#feeds.has(taskId) ? this.#reads : this.#engine).task(taskId);
  }

  /** As the engine's `entries` without a cursor, for a reader that has joined; shared in the same way. */
  async newest(taskId: string): Promise<Entry[] | undefined> {
    return await (this.#feeds.has(taskId) ? this.#reads.newest(taskId) : this.#engine.entries(taskId));
  }

  /** Gives out all that waits. */
  flush(): void {
    for (const feed of this.#feeds.values()) giveOut(feed);
  }

  #follow(taskId: string): Feed {
    const feed: Feed = {
      taskId,
      readers: new Set(),
      pending: [],
      pendingLength: 0,
      isDue: false,
      gaveOutAt: -Infinity,
      timer: undefined,
      statuses: undefined,
      subscription: this.#engine.subscribe(taskId, (entries) => this.#gather(feed, entries)),
    };
    return feed;
  }

  #gather(feed: Feed, entries: readonly Entry[]): void {
    this.#reads.forget(feed.taskId);
    if (feed.readers.size === 0) return;
    for (const entry of entries) {
      feed.pending.push(entry);
      feed.pendingLength += entry.data.length;
    }
    if (feed.pendingLength > maxPendingLength) giveOut(feed);
    else if (this.#mayWait(feed, entries)) feed.timer ??= setTimeout(() => giveOut(feed), this.#gatherMs);
    else this.#giveOutSoon(feed);
  }

  #mayWait(feed: Feed, entries: readonly Entry[]): boolean {
    if (feed.readers.size < manyReaders) return false;
    feed.statuses ??= new Map();
    let isMereProgress = true;
    for (const entry of entries) {
      const status = statusOf(entry);
      if (status === undefined || feed.statuses.get(entry.key) !== status) isMereProgress = false;
      feed.statuses.set(entry.key, status);
    }
    // Twice as long: at a steady pace of one entry in each span, every other one would find none to go with.
    return isMereProgress && !feed.isDue && performance.now() - feed.gaveOutAt < 2 * this.#gatherMs;
  }

  #giveOutSoon(feed: Feed): void {
    if (feed.isDue) return;
    feed.isDue = true;
    this.#due.push(feed);
    if (this.#due.length > 1) return;
    if (performance.now() - this.#gaveOutAt > calmMs) queueMicrotask(() => this.#giveOutDue());
    else setImmediate(() => this.#giveOutDue());
  }

  #giveOutDue(): void {
    const due = this.#due;
    this.#due = [];
    this.#gaveOutAt = performance.now();
    for (const feed of due) {
      feed.isDue = false;
      giveOut(feed);
    }
  }
}

function giveOut(feed: Feed): void {
  if (feed.timer !== undefined) {
    clearTimeout(feed.timer);
    feed.timer = undefined;
  }
  const { pending } = feed;
  if (!isFilled(pending)) return;
  feed.pending = [];
  feed.pendingLength = 0;
  if (feed.readers.size >= manyReaders) feed.gaveOutAt = performance.now();
  const batch = new Batch(pending);
  for (const reader of feed.readers) reader.deliver(feed.taskId, batch);
}

function isFilled(entries: Entry[]): entries is [Entry, ...Entry[]] {
  return entries.length > 0;
}

/** What an entry says that its task or file is; undefined for an ending. Quotes within a text are escaped. */
export function statusOf({ type, data }: Entry): string | undefined {
  return isEnding(type) ? undefined : /"status":"(\w+)"/.exec(data)?.[1];
}
