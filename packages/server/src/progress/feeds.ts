import type { Engine, Entry } from '../engine/contract.ts';
import { Batch } from './wire.ts';

/** Takes the entries of the tasks that it follows. */
export interface Reader {
  /** Called with what became due in one turn of the loop. Must not throw. */
  deliver(taskId: string, batch: Batch): void;
}

interface Feed {
  taskId: string;
  readers: Set<Reader>;
  /** Written, and not yet given to the readers: what gathers within one turn of the loop. */
  pending: Entry[];
  pendingLength: number;
  /** Resolves once the engine calls back. */
  subscription: Promise<() => void>;
}

/** Characters of JSON that gather for one task before they are given out without waiting for the turn's end. */
const maxPendingLength = 65_536;

/**
 * The engine's feeds of the tasks that somebody reads, and of those alone: subscribed with the first reader, given up
 * with the last. What the engine hands over within one turn of the loop leaves in one write to each reader.
 */
export class Feeds {
  readonly #engine: Pick<Engine, 'subscribe'>;
  readonly #feeds = new Map<string, Feed>();
  #due: Feed[] = [];

  constructor(engine: Pick<Engine, 'subscribe'>) {
    this.#engine = engine;
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
    feed.subscription.then(
      (unsubscribe) => unsubscribe(),
      // Whoever joined has been told.
      () => undefined,
    );
  }

  #follow(taskId: string): Feed {
    const feed: Feed = {
      taskId,
      readers: new Set(),
      pending: [],
      pendingLength: 0,
      subscription: this.#engine.subscribe(taskId, (entries) => this.#gather(feed, entries)),
    };
    return feed;
  }

  #gather(feed: Feed, entries: readonly Entry[]): void {
    if (feed.readers.size === 0) return;
    if (feed.pending.length === 0) {
      if (this.#due.length === 0) setImmediate(() => this.#flush());
      this.#due.push(feed);
    }
    for (const entry of entries) {
      feed.pending.push(entry);
      feed.pendingLength += entry.data.length;
    }
    if (feed.pendingLength > maxPendingLength) giveOut(feed);
  }

  #flush(): void {
    const due = this.#due;
    this.#due = [];
    for (const feed of due) giveOut(feed);
  }
}

function giveOut(feed: Feed): void {
  const [first, ...rest] = feed.pending;
  if (first === undefined) return;
  feed.pending = [];
  feed.pendingLength = 0;
  const batch = new Batch([first, ...rest]);
  for (const reader of feed.readers) reader.deliver(feed.taskId, batch);
}
