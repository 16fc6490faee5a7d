import { hasEnded, isEnding, message } from '@image2model/protocol';
import type { Engine, Entry, TaskRow } from '../engine/contract.ts';
import { ApiError } from '../http/errors.ts';
import type { Feeds, Reader } from './feeds.ts';
import { keepMeanwhile } from './meanwhile.ts';
import { Stream } from './stream.ts';
import type { Outlet, StreamSurroundings } from './stream.ts';
import { encodeChunk, encodeEntries } from './wire.ts';
import type { Batch } from './wire.ts';

/** The events of one task. */
export class TaskStream extends Stream implements Reader {
  readonly #taskId: string;
  readonly #feeds: Feeds;
  /** Sequence of the newest entry so far; everything at or below it is a double. */
  #newest = 0;
  /** What arrives while the replay is read; undefined before and after. */
  #meanwhile: Entry[] | undefined;
  #isLive = false;

  constructor(taskId: string, feeds: Feeds, owner: string, outlet: Outlet, around: StreamSurroundings) {
    super(owner, outlet, around);
    this.#taskId = taskId;
    this.#feeds = feeds;
  }

  /**
   * Replays from the cursor and goes on live; the two meet without a gap because the feed is joined before the
   * entries are read. False, with nothing written, where the client has seen the ending already. Throws an
   * {@link ApiError} before anything is written.
   */
  async start(
    engine: Pick<Engine, 'entries'>,
    task: TaskRow,
    after: number | undefined,
    outlet: Outlet,
  ): Promise<boolean> {
    if (!hasEnded(task.status)) await this.#feeds.join(this.#taskId, this);
    // What is delivered before this line was written before the read below begins, so the read has it.
    this.#meanwhile = [];
    const isShared = after === undefined && !hasEnded(task.status);
    const entries = await (isShared ? this.#feeds.newest(this.#taskId) : engine.entries(this.#taskId, after));
    this.throwIfRefused();
    if (entries === undefined)
      throw new ApiError('TASK_NOT_FOUND', message('error.task_missing', { task: this.#taskId }));
    if (this.isClosed) return true;
    if (hasEnded(task.status) && entries.length === 0) return false;
    this.begin(outlet);
    const meanwhile = this.#meanwhile;
    this.#meanwhile = undefined;
    this.#isLive = true;
    this.over = hasEnded(task.status);
    if (entries.length === 0) this.#newest = after ?? 0;
    this.#accept([...entries, ...meanwhile]);
    this.flush(String(this.#newest));
    return true;
  }

  deliver(_taskId: string, batch: Batch): void {
    if (!this.#isLive) {
      if (this.#meanwhile !== undefined) this.#meanwhile = keepMeanwhile(this.#meanwhile, batch.entries);
    } else if (batch.first > this.#newest && !this.isWaiting) {
      this.#newest = batch.last;
      this.over ||= batch.ends;
      const bytes = batch.bytes(this.chunked);
      const suffix = batch.ends ? '' : this.suffix(batch.entries.at(-1));
      this.push(suffix === '' ? bytes : Buffer.concat([bytes, encodeChunk(suffix, this.chunked)]), batch.ends);
    } else {
      this.#accept(batch.entries);
    }
  }

  #accept(entries: readonly Entry[]): void {
    const news = entries.filter((entry) => {
      if (entry.sequence <= this.#newest) return false;
      this.#newest = entry.sequence;
      return true;
    });
    this.over ||= news.some((entry) => isEnding(entry.type));
    this.send(news);
  }

  protected override detach(): void {
    this.#feeds.leave(this.#taskId, this);
  }

  protected override encode(entries: readonly Entry[]): string {
    return encodeEntries(entries);
  }

  protected override cursorAt({ sequence }: Entry): string {
    return String(sequence);
  }

  protected override keyOf(entry: Entry): string {
    return entry.key;
  }
}
