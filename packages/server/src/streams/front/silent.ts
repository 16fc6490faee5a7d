import type { Socket } from 'node:net';

/**
 * Connections that have sent nothing yet. One timer for all of them: a socket's own would stay with it, 200 bytes, and be
 * looked at with each write.
 */
export class SilentConnections {
  readonly #silenceMs: number;
  readonly #onSilence: (socket: Socket) => void;
  /** Since when; the oldest first. */
  readonly #since = new Map<Socket, number>();
  #timer: NodeJS.Timeout | undefined;

  /** `onSilence` is called once for a connection that stayed silent for `silenceMs` or longer, and is no longer in here. */
  constructor(silenceMs: number, onSilence: (socket: Socket) => void) {
    this.#silenceMs = silenceMs;
    this.#onSilence = onSilence;
  }

  add(socket: Socket): void {
    this.#since.set(socket, performance.now());
    this.#timer ??= setTimeout(() => this.#sweep(), this.#silenceMs);
  }

  delete(socket: Socket): void {
    this.#since.delete(socket);
  }

  /** Drops them all. */
  destroy(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#since.keys()) socket.destroy();
  }

  #sweep(): void {
    const latest = performance.now() - this.#silenceMs;
    for (const [socket, since] of this.#since) {
      if (since > latest) break;
      this.#since.delete(socket);
      this.#onSilence(socket);
    }
    this.#timer = this.#since.size > 0 ? setTimeout(() => this.#sweep(), this.#silenceMs) : undefined;
  }
}
