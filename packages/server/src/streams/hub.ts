import { message } from '@image2model/protocol';
import type { FastifyBaseLogger } from 'fastify';
import type { TaskRow } from '../engine/contract.ts';
import { ApiError } from '../http/errors.ts';
import { CombinedStream } from './combined-stream.ts';
import { CombinedCursor, parseCombinedCursor, parseCursor, TaskCursor } from './cursor.ts';
import { Feeds } from './feeds.ts';
import type { FeedEngine } from './feeds.ts';
import { Pace } from './poll/pace.ts';
import { Poll } from './poll/poll.ts';
import type { PollAnswer, PollRequest, PollSurroundings } from './poll/poll.ts';
import { Stream } from './stream.ts';
import type { Outlet, StreamSurroundings } from './stream.ts';
import { TaskStream } from './task-stream.ts';
import { Wheel } from './wheel.ts';

/**
 * What bounds the streams of one process: sockets and memory are its own, so each process counts for itself, and n
 * processes have room for n times as many.
 */
export interface StreamLimits {
  maxStreams: number;
  maxStreamsPerKey: number;
  /** A comment goes out after at most this much silence. */
  heartbeatMs: number;
  /** A reader whose socket accepts nothing for this long is cut. */
  stallMs: number;
  /** A stream is closed at a random age of 0.8 to 1 times this, so that streams spread after a restart. */
  maxAgeMs: number;
  /** How long mere progress may wait for more where a task has many readers; 0 for never. */
  gatherMs: number;
  /** What clients wait before they come back, give or take half of it. */
  retryMs: number;
  /** Over how long clients come back after a shutdown. */
  shutdownSpreadMs: number;
}

export const defaultStreamLimits: StreamLimits = {
  maxStreams: 20_000,
  maxStreamsPerKey: 1000,
  heartbeatMs: 15_000,
  stallMs: 60_000,
  maxAgeMs: 600_000,
  gatherMs: 20,
  retryMs: 1000,
  shutdownSpreadMs: 5000,
};

type PollOptions = Pick<PollRequest, 'waitMs' | 'login' | 'signal'>;

export interface HubOptions {
  engine: FeedEngine;
  log: Pick<FastifyBaseLogger, 'info'>;
  limits?: Partial<StreamLimits>;
}

/** Counts for metrics; a number that is not "so far" is how many there are now. */
export interface HubStats {
  open: number;
  /** Streams by owner. */
  owners: ReadonlyMap<string, number>;
  /** Tasks that are followed. */
  tasks: number;
  /** Streams whose reader does not keep up. */
  waiting: number;
  /** So far. */
  opened: number;
  /** So far: refused because there were too many. */
  refused: number;
  /** So far: cut because the reader stalled. */
  cut: number;
}

/** Ticks of the wheel in one heartbeat: how finely its beats are spread. */
const ticksPerHeartbeat = 60;

/** The open streams of this process. */
export class Hub {
  readonly #engine: FeedEngine;
  readonly #log: HubOptions['log'];
  readonly #limits: StreamLimits;
  readonly #wheel: Wheel;
  readonly #feeds: Feeds;
  readonly #around: StreamSurroundings;
  readonly #aroundPolls: PollSurroundings;
  readonly #owners = new Map<string, number>();
  readonly #counters = { open: 0, opened: 0, refused: 0, waiting: 0, cut: 0 };
  #whenEmpty: PromiseWithResolvers<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor({ engine, log, limits: given = {} }: HubOptions) {
    const limits = { ...defaultStreamLimits, ...given };
    const tickMs = Math.max(1, limits.heartbeatMs / ticksPerHeartbeat);
    const retryMs = (): number => limits.retryMs * (0.5 + Math.random());
    this.#engine = engine;
    this.#log = log;
    this.#limits = limits;
    this.#wheel = new Wheel({ tickMs, slots: ticksPerHeartbeat + 1 });
    this.#feeds = new Feeds(engine, { gatherMs: limits.gatherMs, wheel: this.#wheel });
    this.#around = {
      wheel: this.#wheel,
      heartbeatTicks: ticksPerHeartbeat,
      stallTicks: Math.ceil(limits.stallMs / tickMs),
      maxAgeTicks: limits.maxAgeMs / tickMs,
      retryMs,
      counters: this.#counters,
      onClosed: (stream) => this.#discount(stream),
    };
    this.#aroundPolls = {
      engine,
      feeds: this.#feeds,
      wheel: this.#wheel,
      pace: new Pace(this.#wheel),
      tickMs,
      retryMs,
      onClosed: (poll) => this.#discount(poll),
    };
  }

  /** The task, for a reader without a cursor; see {@link Feeds.task}. */
  task(taskId: string): Promise<TaskRow | undefined> {
    return this.#feeds.task(taskId);
  }

  /**
   * Streams a task's events to the outlet. Resolves once the replay is written; to false, with nothing written, where
   * the client has seen the ending already. Throws an {@link ApiError}, before anything is written: TOO_MANY_STREAMS,
   * SHUTTING_DOWN, TASK_NOT_FOUND.
   */
  async openTask(task: TaskRow, after: string | undefined, outlet: Outlet): Promise<boolean> {
    this.#admit(task.owner);
    const stream = new TaskStream(task.taskId, this.#feeds, task.owner, outlet, this.#around);
    return await run(stream, () => stream.start(this.#engine, task, parseCursor(after), outlet));
  }

  /** The same for the tasks of one owner over one connection, without doubles and sorted by id. */
  async openTasks(
    tasks: readonly [TaskRow, ...TaskRow[]],
    after: string | undefined,
    outlet: Outlet,
  ): Promise<boolean> {
    this.#admit(tasks[0].owner);
    const stream = new CombinedStream(tasks, this.#feeds, outlet, this.#around);
    return await run(stream, () => stream.start(this.#engine, after, outlet));
  }

  /**
   * What a stream of this task would send first, waited for if need be; counts as one of the streams meanwhile. Undefined
   * where the client has seen the ending already. Throws as {@link openTask}.
   */
  async pollTask(task: TaskRow, after: string | undefined, options: PollOptions): Promise<PollAnswer | undefined> {
    const sequence = parseCursor(after);
    return await this.#poll({ ...options, tasks: [task], after: [sequence], cursor: new TaskCursor(sequence) });
  }

  /** The same for several tasks, as {@link openTasks}. */
  async pollTasks(
    tasks: readonly [TaskRow, ...TaskRow[]],
    text: string | undefined,
    options: PollOptions,
  ): Promise<PollAnswer | undefined> {
    const taskIds = tasks.map(({ taskId }) => taskId);
    const cursor = new CombinedCursor(taskIds);
    const sequences = parseCombinedCursor(text, taskIds) ?? [];
    sequences.forEach((sequence, index) => cursor.advance(index, sequence));
    // 0 stands for a task of which nothing was sent.
    return await this.#poll({ ...options, tasks, after: sequences.map((sequence) => sequence || undefined), cursor });
  }

  /** Whether one more stream of this owner would be opened now. */
  hasRoom(owner: string): boolean {
    return this.#closing === undefined && this.#whatIsFull(owner) === undefined;
  }

  /** Ends the streams that were opened with a login that is no longer valid. */
  endLogin(login: string): void {
    const ended = this.#open().filter((one) => one.login === login);
    for (const one of ended) one.end(new ApiError('UNAUTHENTICATED', message('error.login_ended')));
    this.#log.info({ streams: ended.length }, 'streams of a login ended');
  }

  stats(): HubStats {
    return { ...this.#counters, owners: this.#owners, tasks: this.#feeds.size };
  }

  /**
   * Refuses new streams and closes the open ones with a `retry:` of their own. Resolves when all are gone; those that
   * are not after `graceMs` are cut. May be called twice.
   */
  close(graceMs = 5000): Promise<void> {
    return (this.#closing ??= this.#close(graceMs));
  }

  async #close(graceMs: number): Promise<void> {
    const open = this.#open();
    if (this.#counters.open === 0) return;
    this.#log.info({ streams: open.length }, 'closing the event streams');
    this.#whenEmpty = Promise.withResolvers();
    this.#feeds.flush();
    for (const one of open) one.end(shuttingDown(), Math.random() * this.#limits.shutdownSpreadMs);
    const late = setTimeout(() => {
      for (const one of this.#open()) if (one instanceof Stream) one.cut();
    }, graceMs);
    await this.#whenEmpty.promise;
    clearTimeout(late);
  }

  #whatIsFull(owner: string): 'error.server_streams_full' | 'error.key_streams_full' | undefined {
    if (this.#counters.open >= this.#limits.maxStreams) return 'error.server_streams_full';
    return (this.#owners.get(owner) ?? 0) >= this.#limits.maxStreamsPerKey ? 'error.key_streams_full' : undefined;
  }

  async #poll(request: PollRequest): Promise<PollAnswer | undefined> {
    this.#admit(request.tasks[0].owner);
    return await new Poll(request, this.#aroundPolls).run();
  }

  #admit(owner: string): void {
    if (this.#closing !== undefined) throw shuttingDown();
    const full = this.#whatIsFull(owner);
    if (full !== undefined) {
      this.#counters.refused += 1;
      throw new ApiError('TOO_MANY_STREAMS', message(full));
    }
    // Counted before anything is awaited, or requests that come together would all get past the check.
    this.#owners.set(owner, (this.#owners.get(owner) ?? 0) + 1);
    this.#counters.open += 1;
    this.#counters.opened += 1;
  }

  #discount({ owner }: Stream | Poll): void {
    this.#counters.open -= 1;
    const left = (this.#owners.get(owner) ?? 0) - 1;
    if (left > 0) this.#owners.set(owner, left);
    else this.#owners.delete(owner);
    if (this.#counters.open === 0) this.#whenEmpty?.resolve();
  }

  #open(): (Stream | Poll)[] {
    return [...this.#wheel.items()].filter((item) => item instanceof Stream || item instanceof Poll);
  }
}

/** A stream that does not begin leaves nothing behind. */
async function run(stream: Stream, start: () => Promise<boolean>): Promise<boolean> {
  try {
    const hasBegun = await start();
    if (!hasBegun) stream.abandon();
    return hasBegun;
  } catch (error) {
    stream.abandon();
    throw error;
  }
}

function shuttingDown(): ApiError {
  return new ApiError('SHUTTING_DOWN', message('error.stream_restarting'), { retryAfterSeconds: 2 });
}
