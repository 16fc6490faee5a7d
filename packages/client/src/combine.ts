import { isEnding, maxTasksPerStream } from '@image2model/protocol';
import { apiUrl } from './address.ts';
import { openConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { ApiError } from './errors.ts';
import { openFeed, taskStreamUrl } from './feed.ts';
import type { Feed, FeedOptions, FeedSink, OpenFeed } from './feed.ts';
import { parseEvent } from './parse.ts';

interface Member {
  sink: FeedSink;
  options: FeedOptions;
  last: number;
  /** Once it has a connection of its own. */
  own?: Feed;
}

/**
 * Follows many tasks over one connection, for `open` in the options of a stream or a manager. The first stream's options
 * hold for the connection. Tasks past the hundred that one stream takes, and all of them where the server refuses the
 * combined stream, get connections of their own.
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
  /** Who follows what; a set, since two may follow the same task. */
  readonly #members = new Map<string, Set<Member>>();
  /** Tasks that the connection was opened for. */
  #asked: string[] = [];
  /** Somebody has come who was not there when it was opened. */
  #newcomer = false;
  #connection: Connection | undefined;
  #changed = false;

  constructor(options: FeedOptions, onIdle: () => void) {
    this.#options = options;
    this.#onIdle = onIdle;
  }

  follow(taskId: string, sink: FeedSink, options: FeedOptions): Feed {
    const member: Member = { sink, options, last: Number(options.lastEventId ?? 0) || 0 };
    if (!this.#members.has(taskId) && this.#members.size >= maxTasksPerStream) return openFeed(taskId, sink, options);
    const members = this.#members.get(taskId) ?? new Set();
    this.#members.set(taskId, members.add(member));
    this.#newcomer = true;
    this.#change();
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

  /** Those who come in the same turn share one new connection. */
  #change(): void {
    if (this.#changed) return;
    this.#changed = true;
    queueMicrotask(() => {
      this.#changed = false;
      if (this.#members.size === 0) return;
      if (this.#connection) this.#connection.restart();
      else this.#connect();
    });
  }

  #connect(): void {
    const all = (tell: (sink: FeedSink) => void) => {
      for (const members of this.#members.values()) for (const { sink } of members) tell(sink);
    };
    const { lastEventId: _, ...options } = this.#options;
    this.#connection = openConnection(
      {
        target: () => this.#target(),
        message: (message) => {
          const event = parseEvent(message);
          if (!event || event instanceof ApiError) return event ?? false;
          const { task_id: taskId, sequence } = event.data;
          const ending = isEnding(event.type);
          for (const member of this.#members.get(taskId) ?? []) {
            if (sequence <= member.last && !ending) continue;
            member.last = sequence;
            member.sink.event(event);
            if (ending && this.#remove(taskId, member, true)) member.sink.end();
          }
          if (this.#members.size > 0) return false;
          this.#stop();
          return true;
        },
        open: () => all((sink) => sink.open()),
        reconnecting: (info) => all((sink) => sink.reconnecting(info)),
        end: (error) => this.#end(error),
      },
      options,
    );
  }

  /**
   * A cursor belongs to the tasks it was given for: with others, the newest entry of each key comes again. One task alone
   * has a stream and a cursor of its own.
   */
  #target(): { url: string; cursor?: string | null } {
    const { baseUrl } = this.#options;
    const changed = this.#newcomer;
    this.#newcomer = false;
    // Tasks that have ended stay in the question until a new one comes, so that the cursor keeps its meaning.
    if (changed) this.#asked = [...this.#members.keys()];
    const [first = '', ...others] = this.#asked;
    if (others.length === 0) {
      const last = Math.min(...[...(this.#members.get(first) ?? [])].map((member) => member.last));
      return { url: taskStreamUrl(baseUrl, first), cursor: last > 0 && last < Infinity ? String(last) : null };
    }
    const query = this.#asked.map((taskId) => `task_id=${encodeURIComponent(taskId)}`).join('&');
    return { url: `${apiUrl(baseUrl, '/status/stream')}?${query}`, ...(changed && { cursor: null }) };
  }

  #end(error: ApiError | undefined): void {
    const left = [...this.#members];
    this.#stop();
    // A refusal may be meant for one task of them: apart, each gets its own verdict.
    const apart = !error || (error.status >= 400 && error.status < 500 && error.status !== 401);
    for (const [taskId, members] of left) {
      for (const member of members) {
        if (!apart) member.sink.end(error);
        else
          member.own = openFeed(taskId, member.sink, {
            ...member.options,
            ...(member.last > 0 && { lastEventId: String(member.last) }),
          });
      }
    }
  }

  /** Whether it was still there. */
  #remove(taskId: string, member: Member, ended = false): boolean {
    const members = this.#members.get(taskId);
    if (!members?.delete(member)) return false;
    if (members.size === 0) this.#members.delete(taskId);
    if (this.#members.size === 0 && !ended) this.#stop();
    return true;
  }

  #stop(): void {
    this.#members.clear();
    this.#asked = [];
    this.#connection?.close();
    this.#connection = undefined;
    this.#onIdle();
  }
}
