import type { FastifyBaseLogger } from 'fastify';
import type { Engine, TaskRow } from '../engine/contract.ts';
import { ApiError } from '../http/errors.ts';
import { CombinedStream } from './combined-stream.ts';
import { parseCursor } from './cursor.ts';
import { Feeds } from './feeds.ts';
import { Stream } from './stream.ts';
import type { Outlet, StreamSurroundings } from './stream.ts';
import { TaskStream } from './task-stream.ts';
import { Wheel } from './wheel.ts';

/** What bounds the streams of one process. */
export interface StreamLimits {
  maxStreams: number;
  maxStreamsPerKey: number;
  /** A comment goes out after at most this much silence. */
  heartbeatMs: number;
  /** A reader whose socket takes nothing for this long is cut. */
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

export interface HubOptions {
  engine: Pick<Engine, 'entries' | 'subscribe'>;
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
  /** So far: cut because the reader took nothing. */
  cut: number;
}

/** The open streams of this process. */
export interface Hub {
  /**
   * Streams a task's events to the outlet. Resolves once the replay is written; to false, with nothing written, where
   * the client has seen the ending already. Throws an {@link ApiError}, before anything is written: TOO_MANY_STREAMS,
   * SHUTTING_DOWN, TASK_NOT_FOUND.
   */
  openTask(task: TaskRow, after: string | undefined, outlet: Outlet): Promise<boolean>;
  /** The same for the tasks of one owner over one connection, without doubles and sorted by id. */
  openTasks(tasks: readonly [TaskRow, ...TaskRow[]], after: string | undefined, outlet: Outlet): Promise<boolean>;
  /** Whether one more stream of this owner would be opened now. */
  hasRoom(owner: string): boolean;
  /** Ends the streams that were opened with a login that is no longer valid. */
  endLogin(login: string): void;
  stats(): HubStats;
  /**
   * Refuses new streams and closes the open ones with a `retry:` of their own. Resolves when all are gone; those that
   * are not after `graceMs` are cut. May be called twice.
   */
  close(graceMs?: number): Promise<void>;
}

/** Ticks of the wheel in one heartbeat: how finely its beats are spread. */
const ticksPerHeartbeat = 60;

export function createHub({ engine, log, limits: given = {} }: HubOptions): Hub {
  const limits = { ...defaultStreamLimits, ...given };
  const tickMs = Math.max(1, limits.heartbeatMs / ticksPerHeartbeat);
  const wheel = new Wheel({ tickMs, slots: ticksPerHeartbeat + 1 });
  const feeds = new Feeds(engine, limits);
  const owners = new Map<string, number>();
  const counters = { open: 0, opened: 0, refused: 0, waiting: 0, cut: 0 };
  const whenEmpty: (() => void)[] = [];
  let closing: Promise<void> | undefined;

  const around: StreamSurroundings = {
    wheel,
    heartbeatTicks: ticksPerHeartbeat,
    stallTicks: Math.ceil(limits.stallMs / tickMs),
    maxAgeTicks: limits.maxAgeMs / tickMs,
    retryMs: () => limits.retryMs * (0.5 + Math.random()),
    counters,
    onClosed(stream) {
      counters.open -= 1;
      const left = (owners.get(stream.owner) ?? 0) - 1;
      if (left > 0) owners.set(stream.owner, left);
      else owners.delete(stream.owner);
      if (counters.open === 0) for (const resolve of whenEmpty.splice(0)) resolve();
    },
  };

  function whatIsFull(owner: string): 'The server' | 'This key' | undefined {
    if (counters.open >= limits.maxStreams) return 'The server';
    return (owners.get(owner) ?? 0) >= limits.maxStreamsPerKey ? 'This key' : undefined;
  }

  function admit(owner: string): void {
    if (closing !== undefined) throw shuttingDown();
    const full = whatIsFull(owner);
    if (full !== undefined) {
      counters.refused += 1;
      throw new ApiError('TOO_MANY_STREAMS', `${full} has as many open streams as it may have.`, {
        retryAfterSeconds: 5,
      });
    }
    // Counted before anything is awaited, or requests that come together would all get past the check.
    owners.set(owner, (owners.get(owner) ?? 0) + 1);
    counters.open += 1;
    counters.opened += 1;
  }

  function streams(): Stream[] {
    return [...wheel.items()].filter((item) => item instanceof Stream);
  }

  return {
    async openTask(task, after, outlet) {
      admit(task.owner);
      const stream = new TaskStream(task.taskId, feeds, task.owner, outlet, around);
      return await run(stream, () => stream.start(engine, task, parseCursor(after), outlet));
    },

    async openTasks(tasks, after, outlet) {
      admit(tasks[0].owner);
      const stream = new CombinedStream(tasks, feeds, outlet, around);
      return await run(stream, () => stream.start(engine, after, outlet));
    },

    hasRoom: (owner) => closing === undefined && whatIsFull(owner) === undefined,

    endLogin(login) {
      const ended = streams().filter((stream) => stream.login === login);
      for (const stream of ended) stream.end(new ApiError('UNAUTHENTICATED', 'This login has ended.'));
      log.info({ streams: ended.length }, 'streams of a login ended');
    },

    stats: () => ({ ...counters, owners, tasks: feeds.size }),

    async close(graceMs = 5000) {
      closing ??= (async () => {
        const open = streams();
        log.info({ streams: open.length }, 'closing the event streams');
        if (counters.open === 0) return;
        const empty = new Promise<void>((resolve) => whenEmpty.push(resolve));
        feeds.flush();
        for (const stream of open) stream.end(shuttingDown(), Math.random() * limits.shutdownSpreadMs);
        const late = setTimeout(() => {
          for (const stream of streams()) stream.cut();
        }, graceMs);
        await empty;
        clearTimeout(late);
      })();
      await closing;
    },
  };
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
  return new ApiError('SHUTTING_DOWN', 'The server is restarting; the stream goes on where it was.', {
    retryAfterSeconds: 2,
  });
}
