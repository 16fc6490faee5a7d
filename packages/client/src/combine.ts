import { isEnding, maxTasksPerStream } from '@image2model/protocol';
import { apiUrl } from './address.ts';
import { Connection } from './connection.ts';
import { ApiError } from './errors.ts';
import { openFeed, taskStreamUrl } from './feed.ts';
import type { Feed, FeedOptions, FeedSink, OpenFeed } from './feed.ts';
import { parseEvent } from './parse.ts';
import type { Receipt } from './read-events.ts';
import { isPlain } from './header-texts.ts';

/** One follower of a task. */
interface Member {
  sink: FeedSink;
  options: FeedOptions;
  /** Sequence of its newest event. */
  last: number;
  /** Its own feed, where it cannot share the connection. */
  own?: Feed;
}

/**
 * Follows many tasks over one connection, for the `open` option of a stream or a manager. The connection uses the options
 * of the first stream. Each task beyond the hundred that one stream may have gets its own connection, and so does every
 * task if the server rejects the combined stream.
 */
export function combineTasks(): OpenFeed {
  const groups = new Map<string, Group>();
  return (taskId, sink, options = {}) => {
    const address = options.baseUrl ?? '';
    const group = groups.get(address) ?? new Group(options, () => groups.delete(address));
    groups.set(address, group);
    return group.follow(taskId, sink, options);
  };
}

class Group {
  readonly #options: FeedOptions;
  readonly #onIdle: () => void;
  /** Followers by task; a set, because several may follow the same task. */
  readonly #members = new Map<string, Set<Member>>();
  /** Tasks that the connection was opened for, in the order of its cursor. */
  #requested: string[] = [];
  /** Whether somebody joined after it was opened. */
  #joined = false;
  #connection: Connection | undefined;
  #connecting = false;

  constructor(options: FeedOptions, onIdle: () => void) {
    this.#options = options;
    this.#onIdle = onIdle;
  }

  follow(givenId: string, sink: FeedSink, options: FeedOptions): Feed {
    // As the server writes them.
    const taskId = givenId.toLowerCase();
    const { lastEventId = '' } = options;
    const member: Member = { sink, options, last: Number(lastEventId) || 0 };
    const members = this.#members.get(taskId) ?? new Set();
    const isFull = members.size === 0 && this.#members.size >= maxTasksPerStream;
    // Alone, a cursor that cannot be sent fails as it should.
    if (isFull || !isPlain(lastEventId)) return openFeed(taskId, sink, options);
    this.#members.set(taskId, members.add(member));
    this.#joined = true;
    this.#reconnect();
    return {
      close: () => {
        if (member.own) member.own.close();
        else this.#remove(taskId, member);
      },
      readyState: () => {
        if (member.own) return member.own.readyState();
        return members.has(member) ? (this.#connection?.readyState() ?? 0) : 2;
      },
    };
  }

  /** Deferred, so that streams opened in the same turn cause one new connection. */
  #reconnect(): void {
    if (this.#connecting) return;
    this.#connecting = true;
    queueMicrotask(() => {
      this.#connecting = false;
      if (!this.#members.size) return;
      if (this.#connection) this.#connection.restart();
      else this.#connect();
    });
  }

  #connect(): void {
    const notifyAll = (notify: (sink: FeedSink) => void) => {
      for (const members of this.#members.values()) for (const { sink } of members) notify(sink);
    };
    const { lastEventId: _, ...options } = this.#options;
    this.#connection = new Connection(
      {
        target: () => this.#target(),
        message: (message) => {
          const event = parseEvent(message, this.#options.baseUrl);
          if (!event || event instanceof ApiError) return event;
          const { task_id: taskId, sequence } = event.data;
          const ending = isEnding(event.type);
          let receipt: Receipt;
          for (const member of this.#members.get(taskId) ?? []) {
            if (sequence <= member.last && !ending) continue;
            member.last = sequence;
            receipt = false;
            member.sink.event(event);
            if (ending && this.#remove(taskId, member, true)) member.sink.end();
          }
          return this.#members.size > 0 ? receipt : true;
        },
        open: () => notifyAll((sink) => sink.open()),
        reconnecting: (info) => notifyAll((sink) => sink.reconnecting(info)),
        end: (error) => this.#end(error),
      },
      options,
    );
  }

  /**
   * A cursor is valid only for the tasks it was issued for. With other tasks the stream starts without one and sends the
   * newest event of each file and task again. A single task uses its own stream and cursor.
   */
  #target(): { url: string; cursor?: string } {
    const { baseUrl } = this.#options;
    const changed = this.#joined;
    this.#joined = false;
    // Tasks that have ended stay in the request until somebody joins, so that the cursor stays valid.
    if (changed) this.#requested = [...this.#members.keys()];
    const [first = '', ...others] = this.#requested;
    if (others.length === 0) {
      const last = Math.min(...[...(this.#members.get(first) ?? [])].map((member) => member.last));
      return {
        url: taskStreamUrl(baseUrl, first),
        ...(changed && { cursor: String((last < Infinity && last) || '') }),
      };
    }
    const query = this.#requested.map((taskId) => `task_id=${encodeURIComponent(taskId)}`).join('&');
    return { url: `${apiUrl(baseUrl, '/status/stream')}?${query}`, ...(changed && { cursor: '' }) };
  }

  #end(error: ApiError | undefined): void {
    const left = [...this.#members];
    this.#stop();
    // The server may have rejected just one of the tasks: separate streams show which.
    const separate = error && error.status >= 400 && error.status < 500 && error.status !== 401;
    for (const [taskId, members] of left) {
      for (const member of members) {
        if (!separate) member.sink.end(error);
        else
          member.own = openFeed(taskId, member.sink, {
            ...member.options,
            lastEventId: String(member.last || ''),
          });
      }
    }
  }

  /** Returns whether it was still a member. */
  #remove(taskId: string, member: Member, ended = false): boolean {
    const members = this.#members.get(taskId);
    if (!members?.delete(member)) return false;
    if (members.size === 0) this.#members.delete(taskId);
    if (this.#members.size === 0 && !ended) this.#stop();
    return true;
  }

  #stop(): void {
    this.#members.clear();
    this.#requested = [];
    this.#connection?.close();
    this.#connection = undefined;
    this.#onIdle();
  }
}
