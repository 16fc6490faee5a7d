import { isEnding } from '@image2model/protocol';
import { hastyAttempts, wakeIdleMs } from './connection.ts';
import type { ReadyState } from './connection-options.ts';
import { createEventLog } from './event-log.ts';
import type { EventLog } from './event-log.ts';
import type { Feed, FeedOptions, FeedSink, OpenFeed } from './feed.ts';
import { createKey } from './key.ts';
import { sharedFeed } from './shared-feed.ts';
import type { SharedFeed } from './shared-feed.ts';
import { createTabLeader } from './tab-leader.ts';
import type { TabLeader } from './tab-leader.ts';
import { unpackError } from './tab-messages.ts';
import type { ErrorMessage, TabMessage } from './tab-messages.ts';
import { onWake } from './wake.ts';
import { createWatchdog } from './watchdog.ts';
import type { Watchdog } from './watchdog.ts';

/** A task that this tab follows through the leader. */
interface Member {
  sink: FeedSink;
  log: EventLog;
  state: ReadyState;
}

export interface TabOptions {
  /** Name of the lock and the channel; tabs with the same name share a connection. */
  name: string;
  /** How the leading tab connects. */
  open: OpenFeed;
  feedOptions: FeedOptions;
  /** Milliseconds of silence from the leader after which this tab takes over. */
  silentMs: number;
  /** Called when this tab follows nothing any more. */
  onIdle: () => void;
}

/**
 * One of the tabs that share a connection. The tab that holds the Web Lock leads; when it is gone, even by a crash, the
 * browser gives the lock to the next one.
 */
export class Tab {
  readonly #options: TabOptions;
  readonly #id = createKey();
  readonly #channel: BroadcastChannel;
  /** Watches the leader. */
  #watchdog: Watchdog | undefined;
  /** This tab's streams by task. */
  readonly #feeds = new Map<string, SharedFeed>();
  /** What this tab asks the leader for, by task. */
  readonly #members = new Map<string, Member>();
  #leader: TabLeader | undefined;
  #release: (() => void) | undefined;
  #contest = new AbortController();
  #closed = false;
  /** A tab that is looked at does not wait for a silent leader, which may be frozen or throttled: it leads itself. */
  readonly #stopWaking = onWake(() => {
    const { document } = globalThis as Partial<typeof globalThis>;
    if (!this.#leader && !document?.hidden && (this.#watchdog as Watchdog).idleMs() > wakeIdleMs) this.#contend(true);
  });

  constructor(options: TabOptions) {
    this.#options = options;
    this.#channel = new BroadcastChannel(options.name);
    this.#channel.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => this.#receive(data));
    this.#contend();
  }

  follow(taskId: string, sink: FeedSink): Feed {
    const open = (all: FeedSink) => this.#ask(taskId, all);
    const onIdle = () => {
      if (this.#feeds.size === 0) this.#close();
    };
    return sharedFeed(this.#feeds, taskId, open, onIdle).join(sink);
  }

  #ask(taskId: string, sink: FeedSink): Feed {
    const member: Member = { sink, log: createEventLog(), state: 0 };
    this.#members.set(taskId, member);
    this.#want(taskId, member);
    return {
      close: () => {
        member.state = 2;
        if (this.#members.get(taskId) !== member) return;
        this.#members.delete(taskId);
        this.#leader?.drop(this.#id, taskId);
        if (!this.#closed) this.#post({ type: 'drop', tab: this.#id, taskId });
      },
      readyState: () => member.state,
    };
  }

  #want(taskId: string, { log }: Member): void {
    if (this.#leader) this.#leader.want(this.#id, taskId, log.last(), createEventLog(log.after()));
    else this.#post({ type: 'want', tab: this.#id, taskId, after: log.last() });
  }

  #receive(message: TabMessage): void {
    if ('to' in message && message.to !== this.#id) return;
    if (message.type === 'want') return this.#leader?.want(message.tab, message.taskId, message.after);
    if (message.type === 'drop') return this.#leader?.drop(message.tab, message.taskId);
    if (message.type === 'leader') {
      for (const [taskId, member] of this.#members) this.#want(taskId, member);
    } else if (message.type !== 'beat') {
      this.#deliver(message);
    }
    this.#watchdog?.touch();
  }

  #deliver(message: Extract<TabMessage, { type: 'event' | 'open' | 'reconnecting' | 'end' }>): void {
    const member = this.#members.get(message.taskId);
    if (!member) return;
    const { sink, log } = member;
    if (message.type === 'open') {
      // The leader may send `open` both to this tab and to all tabs.
      if (member.state !== 1) sink.open();
      member.state = 1;
    } else if (message.type === 'reconnecting') {
      member.state = 0;
      sink.reconnecting({ ...message.info, reason: unpackError(message.info.reason) });
    } else if (message.type === 'event') {
      const { event } = message;
      if (event.data.sequence <= log.last() && !isEnding(event.type)) return;
      log.add(event);
      sink.event(event);
      if (isEnding(event.type)) this.#end(message.taskId, member);
    } else {
      this.#end(message.taskId, member, message.error);
    }
  }

  #end(taskId: string, member: Member, error?: ErrorMessage): void {
    member.state = 2;
    this.#members.delete(taskId);
    member.sink.end(error && unpackError(error));
  }

  /** Sends to all tabs, including this one, or to the tab that the message names. */
  #send(message: TabMessage): void {
    if (!('to' in message) || message.to !== this.#id) this.#post(message);
    this.#receive(message);
  }

  #post(message: TabMessage): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a `BroadcastChannel` has no target origin
    if (!this.#closed) this.#channel.postMessage(message);
  }

  #contend(steal = false): void {
    const { name, silentMs } = this.#options;
    this.#contest.abort();
    const contest = new AbortController();
    this.#contest = contest;
    this.#watchdog?.stop();
    this.#watchdog = createWatchdog(silentMs, () => this.#contend(true));
    const lockOptions = steal ? { steal } : { signal: contest.signal };
    const lead = () => (contest.signal.aborted ? undefined : this.#lead(steal));
    const stepDown = () => {
      if (contest !== this.#contest || this.#closed) return;
      this.#leader?.close();
      this.#leader = undefined;
      this.#contend();
    };
    // It rejects when we abort it ourselves, or when another tab, hearing nothing from us, has stolen the lock.
    navigator.locks.request(name, lockOptions, lead).then(stepDown, stepDown);
  }

  #lead(isHasty: boolean): Promise<void> {
    const { open, feedOptions } = this.#options;
    this.#watchdog?.stop();
    this.#leader = createTabLeader({
      open,
      feedOptions: { ...feedOptions, hasty: isHasty ? hastyAttempts : 0 },
      self: this.#id,
      send: (message) => this.#send(message),
    });
    // This tab's own tasks first: the leader continues from its log, which has what the other tabs may lack.
    for (const [taskId, member] of this.#members) this.#want(taskId, member);
    this.#post({ type: 'leader' });
    return new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  #close(): void {
    if (this.#closed) return;
    this.#leader?.close();
    this.#closed = true;
    this.#stopWaking();
    this.#contest.abort();
    this.#release?.();
    this.#watchdog?.stop();
    this.#channel.close();
    this.#options.onIdle();
  }
}
