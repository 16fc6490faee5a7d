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
 * request was refused, or it is kept for the next one. Idle ones give way, the oldest first and those without any good
 * request before the others, so that whoever merely connects takes nothing from those whose requests are good, nor the
 * descriptors that files and the database need.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  /** Those whose last request was refused, or that had none, and since when; the oldest first. */
  readonly #strangers = new Map<Socket, number>();
  /** The same of those that are kept for another request, which may be on its way. */
  readonly #kept = new Map<Socket, number>();
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
      this.#strangers.delete(socket);
      this.#kept.delete(socket);
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
    this.#strangers.delete(socket);
    this.#kept.delete(socket);
    if (mayOpenFile && this.#open.has(socket)) this.#withFile.add(socket);
  }

  /** Its request is answered, or refused. */
  idle(socket: Socket, { isRefused }: { isRefused: boolean }): void {
    this.#withFile.delete(socket);
    if (!this.#open.has(socket)) return;
    this.#kept.delete(socket);
    (isRefused ? this.#strangers : this.#kept).set(socket, performance.now());
  }

  #accept(socket: Socket): void {
    const { maxConnections, maxIdleConnections } = this.#options;
    this.#open.add(socket);
    const oldest = this.#oldestIdle();
    this.#strangers.set(socket, performance.now());
    if (this.#open.size + this.#withFile.size > maxConnections) {
      // With nobody to give way, it is the newcomer's turn to come back later.
      this.#end(oldest ?? socket);
      this.#say({ open: this.#open.size, max: maxConnections }, 'All connections that there is room for are in use');
    } else if (oldest !== undefined && this.#strangers.size + this.#kept.size > maxIdleConnections) {
      // A crowd that comes at once has its requests on the way.
      const since = this.#strangers.get(oldest) ?? this.#kept.get(oldest) ?? 0;
      if (performance.now() - since >= graceMs) this.#end(oldest);
    }
  }

  /** The one to give way next. */
  #oldestIdle(): Socket | undefined {
    const [stranger] = this.#strangers.keys();
    const [kept] = this.#kept.keys();
    return stranger ?? kept;
  }

  #end(socket: Socket): void {
    this.#strangers.delete(socket);
    this.#kept.delete(socket);
    socket.destroy();
  }

  #say(details: object, text: string): void {
    const now = performance.now();
    if (now - this.#saidAt < sayAgainMs) return;
    this.#saidAt = now;
    this.#options.log.warn(details, text);
  }
}
