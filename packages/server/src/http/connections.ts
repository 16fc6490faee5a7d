import type { Server, Socket } from 'node:net';
import type { Limits } from '../limits.ts';
import type { Log } from '../log.ts';

interface ConnectionsOptions extends Pick<Limits, 'maxConnections' | 'maxIdleConnections'> {
  log: Pick<Log, 'warn'>;
}

/** How long a connection may be without a valid request before it gives way to make the idle ones fewer, in ms. */
const graceMs = 1000;
/** Such lines come at most this often, in ms: a flood of connections must not become one of the log. */
const sayAgainMs = 60_000;

/**
 * The connections of this process. One without a valid request is idle: it has sent nothing yet, or half a head, or its
 * request was refused, or it is kept for the next one. Idle ones give way, the oldest first, so that whoever merely
 * connects takes nothing from those whose requests are good, nor the descriptors that files and the database need.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  /** Since when; the oldest first. */
  readonly #idle = new Map<Socket, number>();
  readonly #open = new Set<Socket>();
  /** Those whose request may hold a file open as well: what is uploaded or downloaded. */
  readonly #withFile = new Set<Socket>();
  #saidAt = -Infinity;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Watches over the connections that a server accepts from now on, before anybody else sees them. */
  watch(server: Server): void {
    const forget = (socket: Socket): void => {
      this.#open.delete(socket);
      this.#withFile.delete(socket);
      this.#idle.delete(socket);
    };
    // One function for all: there are as many of these as streams.
    function onClose(this: Socket): void {
      forget(this);
    }
    server.prependListener('connection', (socket: Socket) => {
      socket.on('close', onClose);
      this.#accept(socket);
    });
    // Without a listener, a connection that cannot be accepted for want of a descriptor ends the process.
    server.on('error', (error) => {
      // Whoever has it listen hears of what goes wrong before.
      if (server.listening) this.#say({ err: error }, 'A connection could not be accepted');
    });
  }

  /** Its request is good: it stays until that is answered. `mayOpenFile`: it then counts for two. */
  busy(socket: Socket, { mayOpenFile }: { mayOpenFile: boolean }): void {
    this.#idle.delete(socket);
    if (mayOpenFile && this.#open.has(socket)) this.#withFile.add(socket);
  }

  /** Its request is answered. */
  idle(socket: Socket): void {
    this.#withFile.delete(socket);
    if (this.#open.has(socket)) this.#idle.set(socket, performance.now());
  }

  #accept(socket: Socket): void {
    const { maxConnections, maxIdleConnections } = this.#options;
    this.#open.add(socket);
    const [oldest] = this.#idle;
    this.idle(socket);
    if (this.#open.size + this.#withFile.size > maxConnections) {
      // With nobody to give way, it is the newcomer's turn to come back later.
      this.#end(oldest?.[0] ?? socket);
      this.#say({ open: this.#open.size, max: maxConnections }, 'All connections that there is room for are in use');
    } else if (oldest !== undefined && this.#idle.size > maxIdleConnections) {
      // A crowd that comes at once has its requests on the way.
      if (performance.now() - oldest[1] < graceMs) return;
      this.#end(oldest[0]);
    }
  }

  #end(socket: Socket): void {
    this.#idle.delete(socket);
    socket.destroy();
  }

  #say(details: object, text: string): void {
    const now = performance.now();
    if (now - this.#saidAt < sayAgainMs) return;
    this.#saidAt = now;
    this.#options.log.warn(details, text);
  }
}
