import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { isHttps } from '../../auth/guard.ts';
import type { Asked, Guard } from '../../auth/guard.ts';
import { proofCookieHeader, proofInEvents } from '../../auth/stream-proof.ts';
import type { Engine } from '../../engine/contract.ts';
import { ApiError } from '../../http/errors.ts';
import type { Log } from '../../log.ts';
import type { Hub } from '../hub.ts';
import type { Outlet } from '../stream.ts';
import { encodeHead } from '../wire.ts';
import { requestId } from '../../http/requests.ts';
import { ownTask } from '../../auth/access.ts';
import { cursorOf } from '../../http/routes/cursor.ts';
import { parseStreamHead } from './head.ts';
import type { StreamHead } from './head.ts';
import { SilentConnections } from './silent.ts';

interface FrontOptions {
  guard: Guard;
  engine: Engine;
  hub: Hub;
  log: Pick<Log, 'info'>;
  /** Lines of a head that every answer has; undefined as long as they are not known. */
  commonLines: () => string | undefined;
  parseCookie: FastifyInstance['parseCookie'];
  /** Called with the connection of each stream that is opened here. */
  onOpen?: (socket: Socket) => void;
  /** How long a connection may stay silent here, at least, before `node:http` has it, which bounds the rest. */
  silenceMs?: number;
}

/**
 * Accepts new connections before `node:http` does, and serves the streams among them itself: of the 17 KB that an idle
 * connection costs there, 13 are its parser and what belongs to a request. All that is not a plain request for a
 * stream that succeeds goes to `node:http` and so to the routes, untouched: errors are answered there and nowhere else.
 *
 * It belongs to the sockets of this process, whatever other processes there are.
 */
export function putFrontBefore(app: FastifyInstance, options: FrontOptions): void {
  const { server } = app;
  const { silenceMs = 10_000 } = options;
  const toHttp = server.listeners('connection');
  let isClosing = false;
  const silent = new SilentConnections(silenceMs, (socket) => {
    stopListening(socket);
    handOver(socket);
  });

  function accept(socket: Socket): void {
    silent.add(socket);
    // A client that shuts its half has left, as it has for `node:http`.
    socket.allowHalfOpen = false;
    socket.on('error', ignore).on('close', onClose).on('data', onData);
  }

  function onClose(this: Socket): void {
    silent.delete(this);
  }

  function onData(this: Socket, chunk: Buffer): void {
    stopListening(this);
    // Put back until a stream is open: whoever reads on begins with it.
    this.unshift(chunk);
    const head = parseStreamHead(chunk);
    if (head === undefined) handOver(this);
    else void serve(this, head);
  }

  function stopListening(socket: Socket): void {
    silent.delete(socket);
    socket.off('close', onClose).off('data', onData);
    socket.pause();
  }

  async function serve(socket: Socket, head: StreamHead): Promise<void> {
    if (!(await opens(socket, head, options))) {
      handOver(socket);
      return;
    }
    options.onOpen?.(socket);
    // Read and forgotten: the head, and whatever else a client sends on a connection that is a stream.
    socket.resume();
  }

  function handOver(socket: Socket): void {
    if (socket.destroyed) return;
    socket.off('error', ignore);
    socket.allowHalfOpen = true;
    for (const listener of toHttp) listener.call(server, socket);
    socket.resume();
  }

  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (isClosing) for (const listener of toHttp) listener.call(server, socket);
    else accept(socket);
  });
  app.addHook('preClose', async () => {
    isClosing = true;
    silent.destroy();
  });
}

/** Whether a stream was opened. If not, nothing was written, and a route meets the same obstacle and answers. */
async function opens(socket: Socket, head: StreamHead, options: FrontOptions): Promise<boolean> {
  const { guard, engine, hub, log } = options;
  const lines = options.commonLines();
  if (lines === undefined) return false;
  let found: Asked | ApiError | undefined;
  try {
    const asked = askedOf(socket, head, options);
    await guard.admit(asked);
    found = asked;
    const [first, ...rest] = head.taskIds;
    const after = cursorOf(asked, head.query);
    // A cursor may be that of an ending, of which no other reader here may know yet.
    const tasks = after === undefined ? hub : engine;
    const task = await ownTask(tasks, first, asked.owner);
    const others = await Promise.all(rest.map((id) => ownTask(tasks, id, asked.owner)));
    if (!socket.destroyed && hub.hasRoom(asked.owner)) {
      const outlet = outletOf(socket, head, asked, log, lines);
      const isOpen = head.isCombined
        ? await hub.openTasks([task, ...others], after, outlet)
        : await hub.openTask(task, after, outlet);
      if (isOpen) return true;
    }
  } catch (error) {
    if (found === undefined && error instanceof ApiError) found = error;
  }
  if (found !== undefined) guard.remember(socket, head.url, found);
  return false;
}

/** The request as the guard looks at it. */
function askedOf(
  socket: Socket,
  { headers, query, isCombined, taskIds: [taskId] }: StreamHead,
  { parseCookie }: FrontOptions,
): Asked {
  const { host = '', cookie } = headers;
  return {
    method: 'GET',
    headers,
    hostname: /^(?:\[[^\]]*\]|[^:]*)/.exec(host)?.[0] ?? '',
    // Asked of the system when it is needed, which is for requests without a key alone.
    get ip() {
      return socket.remoteAddress ?? '';
    },
    query,
    params: isCombined ? {} : { task_id: taskId },
    cookies: cookie === undefined ? {} : parseCookie(cookie),
    routeOptions: { url: isCombined ? '/api/v1/status/stream' : '/api/v1/status/tasks/:task_id/stream', config: {} },
    owner: '',
    isAdmin: false,
    login: '',
    proof: '',
  };
}

function outletOf(
  socket: Socket,
  { path, headers, isCombined, taskIds: [taskId] }: StreamHead,
  asked: Asked,
  log: FrontOptions['log'],
  lines: string,
): Outlet {
  return {
    socket,
    chunked: true,
    login: asked.login,
    proof: proofInEvents(asked),
    begin() {
      const id = requestId({ headers });
      log.info({ request_id: id, method: 'GET', path, status: 200 }, 'stream');
      const isKept = asked.proof !== '' && !isCombined;
      const cookie = isKept
        ? `set-cookie: ${proofCookieHeader(asked, taskId, isHttps({ headers, protocol: 'http' }))}\r\n`
        : '';
      return encodeHead(`${lines}x-request-id: ${id}\r\n${cookie}`, true);
    },
  };
}

function ignore(): void {
  // What follows is the connection's close, and that is listened to.
}
