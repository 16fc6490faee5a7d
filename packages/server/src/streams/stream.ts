import type { Socket } from 'node:net';
import { encodeComment, encodeCursor, encodeRetry } from '@image2model/protocol';
import type { Entry } from '../engine/contract.ts';
import type { ApiError } from '../http/errors.ts';
import type { Visited, Wheel } from './wheel.ts';
import { encodeChunk, encodeEnd, endingRetry, frameChunk, heartbeat } from './wire.ts';

/** The connection that a stream is written to. */
export interface Outlet {
  socket: Socket;
  /** Whether the body goes out in chunks: not for clients of HTTP/1.0. */
  chunked: boolean;
  /** The login that asks, with which the stream ends; empty for a key. */
  login: string;
  /** What the client has to prove itself with when it comes back: its cursors bear it; none unless given. */
  proof?: string;
  /** Blanks before the first event, for engines that hold the beginning back; none unless given. */
  padding?: number;
  /** Called once, just before the first byte: hijacks the response and returns its head. */
  begin(): string;
}

/** What all streams of a hub share. */
export interface StreamSurroundings {
  wheel: Wheel;
  /** All in ticks of the wheel. */
  heartbeatTicks: number;
  stallTicks: number;
  maxAgeTicks: number;
  /** What a client waits before it comes back, drawn for each. */
  retryMs(): number;
  /** Called once for each stream, when nothing of it is left. */
  onClosed(stream: Stream): void;
  counters: { waiting: number; cut: number };
}

/** Characters of JSON in one write of a replay: between two of them it shows whether the reader keeps up. */
const pieceLength = 65_536;

/** Bytes that may stand in this process for one reader. A write is at most a piece, so this is never reached. */
const maxBufferedBytes = 1_048_576;

/**
 * One open connection. Writes straight to the socket; while the socket is full, entries wait by key, a newer one in
 * the place of an older, so a reader that stands still costs one entry per file at most. All its timing hangs in the
 * hub's wheel. What ends it, whoever does it, ends in `release`.
 */
export abstract class Stream implements Visited {
  slot = -1;
  readonly owner: string;
  readonly login: string;
  protected readonly chunked: boolean;
  readonly #proof: string;
  /** Set once the last entry there will ever be has come in. */
  protected over = false;
  readonly #socket: Socket;
  readonly #around: StreamSurroundings;
  readonly #onSocketClose = (): void => this.#release();
  readonly #deadline: number;
  #state: 'opening' | 'open' | 'ending' | 'closed' = 'opening';
  /** Head and opening comment, until they leave with the first entries. */
  #prefix: string | undefined;
  /** Entries that wait for the socket to drain, by key and in order of arrival; undefined while it accepts all. */
  #backlog: Map<string, Entry> | undefined;
  #wroteAt: number;
  #waitingSince = 0;
  #refusal: ApiError | undefined;

  constructor(owner: string, outlet: Outlet, around: StreamSurroundings) {
    this.owner = owner;
    this.login = outlet.login;
    this.chunked = outlet.chunked;
    this.#proof = outlet.proof ?? '';
    this.#socket = outlet.socket;
    this.#around = around;
    this.#wroteAt = around.wheel.now;
    this.#deadline = around.wheel.now + Math.ceil(around.maxAgeTicks * (0.8 + Math.random() * 0.2));
    outlet.socket.on('close', this.#onSocketClose);
    around.wheel.add(this, this.#heartbeatTicks());
  }

  /** Whether nothing more can be written. */
  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Whether the reader's socket is full. */
  get isWaiting(): boolean {
    return this.#backlog !== undefined;
  }

  /** Gives up a stream that has not begun: the connection stays as it is, for another answer. */
  abandon(): void {
    if (this.#state === 'opening') this.#release();
  }

  /** Ends a stream with an orderly close; one that has not begun is refused with `refusal`. */
  end(refusal: ApiError, retryMs?: number): void {
    if (this.#state === 'opening') {
      this.#refusal = refusal;
      this.#release();
    } else if (this.#state === 'open') {
      this.#leave(retryMs === undefined ? '' : encodeRetry(retryMs));
    }
  }

  /** Drops the connection. The client comes back and resumes. */
  cut(): void {
    this.#socket.destroy();
  }

  /** Called each time the wheel comes round to this stream. */
  visit(now: number): number {
    const { heartbeatTicks, stallTicks, counters } = this.#around;
    if (this.#state === 'ending' || this.isWaiting) {
      if (now - this.#waitingSince < stallTicks) return this.#waitingSince + stallTicks - now;
      counters.cut += 1;
      this.cut();
      return 0;
    }
    if (this.#state === 'opening') return this.#heartbeatTicks();
    if (now >= this.#deadline) {
      this.#leave('');
      return stallTicks;
    }
    // Three quarters are enough of a silence: the rest is the jitter that keeps streams opened together apart.
    if (now - this.#wroteAt >= heartbeatTicks * 0.75) this.push(heartbeat(this.chunked));
    return Math.max(1, Math.min(this.#wroteAt + this.#heartbeatTicks(), this.#deadline) - now);
  }

  /** Lets go of the feeds. May be called twice. */
  protected abstract detach(): void;
  /** The entry's frame, with the id that this stream gives it. */
  protected abstract encode(entries: readonly Entry[]): string;
  /** The cursor of a client that has everything up to this entry, which was encoded last. */
  protected abstract cursorAt(entry: Entry): string;
  /** What a waiting entry replaces. */
  protected abstract keyOf(entry: Entry): string;

  /** Throws where the stream was refused while it opened. */
  protected throwIfRefused(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  /** Hijacks the response. What was not sent by `flush` leaves with the first entries. */
  protected begin(outlet: Outlet): void {
    if (this.#state !== 'opening') return;
    this.#state = 'open';
    const opening = encodeComment(' '.repeat(outlet.padding ?? 0)) + encodeRetry(this.#around.retryMs());
    this.#prefix = outlet.begin() + frameChunk(opening, this.chunked);
  }

  /** Writes what has not left yet, to a client that is at this cursor. */
  protected flush(cursor: string): void {
    if (this.#prefix === undefined) return;
    this.push(
      this.#proof === '' ? Buffer.alloc(0) : encodeChunk(encodeCursor(`${cursor}~${this.#proof}`), this.chunked),
    );
  }

  /** What follows frames that do not end the stream, the last of which is this entry's. */
  protected suffix(entry: Entry | undefined): string {
    return this.#proof === '' || entry === undefined ? '' : encodeCursor(`${this.cursorAt(entry)}~${this.#proof}`);
  }

  /** Sends entries in order, or lets them wait; after the last one there will be, ends the stream. */
  protected send(entries: readonly Entry[]): void {
    let at = 0;
    while (at < entries.length) {
      if (this.#backlog !== undefined) {
        this.#waitByKey(this.#backlog, entries.slice(at));
        return;
      }
      const from = at;
      for (let length = 0; at < entries.length && length < pieceLength; at += 1)
        length += entries[at]?.data.length ?? 0;
      const isLast = this.over && at === entries.length;
      const text = this.encode(entries.slice(from, at));
      this.push(
        isLast
          ? encodeEnd(text + endingRetry, this.chunked)
          : encodeChunk(text + this.suffix(entries[at - 1]), this.chunked),
        isLast,
      );
    }
    if (this.over && !this.isWaiting && this.#state === 'open') this.#leave(endingRetry);
  }

  /** Writes bytes that are encoded already. `isLast` says that the end of the body is in them. */
  protected push(bytes: Buffer, isLast = false): void {
    const socket = this.#socket;
    if (this.#state !== 'open') return;
    if (!socket.writable) {
      // The client has shut its half, and Node ours. What stands in between may still keep the socket from closing.
      this.#beginEnding();
      return;
    }
    let out = bytes;
    if (this.#prefix !== undefined) {
      out = Buffer.concat([Buffer.from(this.#prefix), bytes]);
      this.#prefix = undefined;
    }
    this.#wroteAt = this.#around.wheel.now;
    const isTaken = socket.write(out);
    if (isLast) this.#finish();
    // False is also the answer to a large write that the kernel took whole; then there is nothing to wait for.
    else if (!isTaken && socket.writableLength > 0) this.#wait();
  }

  #wait(): void {
    if (this.#socket.writableLength > maxBufferedBytes) {
      this.#around.counters.cut += 1;
      this.cut();
      return;
    }
    this.#backlog = new Map();
    this.#waitingSince = this.#around.wheel.now;
    this.#around.counters.waiting += 1;
    this.#socket.once('drain', () => this.#resume());
  }

  #waitByKey(backlog: Map<string, Entry>, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const key = this.keyOf(entry);
      // Deleted and set again: a map gives its entries in the order of their setting, which is by sequence.
      backlog.delete(key);
      backlog.set(key, entry);
    }
  }

  #resume(): void {
    const backlog = this.#backlog;
    if (backlog === undefined) return;
    this.#backlog = undefined;
    this.#around.counters.waiting -= 1;
    this.send([...backlog.values()]);
  }

  #leave(text: string): void {
    // A reader that stalls gets no farewell either.
    if (this.isWaiting) this.cut();
    else this.push(encodeEnd(text, this.chunked), true);
  }

  #beginEnding(): void {
    this.#state = 'ending';
    this.#waitingSince = this.#around.wheel.now;
    this.detach();
  }

  #finish(): void {
    this.#beginEnding();
    // After the last byte, not at once; a reader that does not read it is cut like any other that stalls.
    this.#socket.destroySoon();
  }

  #release(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#socket.off('close', this.#onSocketClose);
    this.#around.wheel.remove(this);
    if (this.#backlog !== undefined) this.#around.counters.waiting -= 1;
    this.#backlog = undefined;
    this.#prefix = undefined;
    this.detach();
    this.#around.onClosed(this);
  }

  #heartbeatTicks(): number {
    return Math.ceil(this.#around.heartbeatTicks * (0.75 + Math.random() * 0.25));
  }
}
