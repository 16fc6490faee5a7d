import { encodeComment } from '@image2model/protocol';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TaskLog } from './task-log.ts';

export interface FeedServer {
  baseUrl: string;
  port: number;
  tasks: Map<string, TaskLog>;
  /** Requests in the order of arrival: path with query, and headers. */
  requests: { url: string; headers: IncomingMessage['headers'] }[];
  /**
   * Open connections that have sent a request. Node's fetch opens a spare one after each aborted request, and closes it
   * seconds later.
   */
  sockets: Set<Socket>;
  close(): Promise<void>;
}

export interface FeedServerOptions {
  /** Accepted keys; without them the server needs none. */
  keys?: Set<string>;
  /** Handles a request in place of the server, unless it returns `false`. */
  intercept?: (request: IncomingMessage, response: ServerResponse) => unknown;
  /** An older server, without the routes for polls. */
  noPolls?: boolean;
}

/** A small server that implements the streams of the protocol exactly, and nothing else. */
export async function startFeedServer(tasks: TaskLog[], options: FeedServerOptions = {}): Promise<FeedServer> {
  const byId = new Map(tasks.map((task) => [task.taskId as string, task]));
  const requests: FeedServer['requests'] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const { socket } = request;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    requests.push({ url: request.url ?? '', headers: request.headers });
    response.shouldKeepAlive = false;
    if (options.intercept && options.intercept(request, response) !== false) return;
    const url = new URL(request.url ?? '/', 'http://test');
    const key = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (options.keys && !options.keys.has(key)) return problem(response, 401, 'UNAUTHENTICATED');
    const [, single, kind] = /\/status\/(?:tasks\/([^/]+)\/)?(stream|events)$/.exec(url.pathname) ?? [];
    if (kind === undefined || (kind === 'events' && options.noPolls)) return problem(response, 404, 'NOT_FOUND');
    const ids = single === undefined ? url.searchParams.getAll('task_id') : [single];
    const followed = ids.map((id) => byId.get(id));
    if (ids.length === 0 || followed.includes(undefined)) return problem(response, 404, 'TASK_NOT_FOUND');
    const cursor = request.headers['last-event-id'] as string | undefined;
    if (kind === 'events') poll(followed as TaskLog[], cursor, Number(url.searchParams.get('wait') ?? 25), response);
    else if (single === undefined) streamMany(followed as TaskLog[], cursor, response);
    else streamOne(followed[0] as TaskLog, cursor, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    port,
    tasks: byId,
    requests,
    sockets,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function streamOne(task: TaskLog, header: string | undefined, response: ServerResponse): void {
  const replay = task.replay(header === undefined ? undefined : Number(header));
  if (!replay) return void response.writeHead(204).end();
  open(response);
  for (const frame of replay) response.write(frame);
  if (task.ended) return void response.end();
  const leave = task.subscribe((frame, ended) => {
    response.write(frame);
    if (ended) response.end();
  });
  response.on('close', leave);
}

/** The combined stream: its cursor, opaque to clients, is each task's sequence in the order of the request. */
function streamMany(tasks: TaskLog[], header: string | undefined, response: ServerResponse): void {
  const seen = header === undefined ? [] : header.split('.').map(Number);
  const cursors = tasks.map((_, index) => seen[index] ?? 0);
  const replays = tasks.map((task, index) => task.replay(cursors[index] || undefined));
  if (replays.every((replay) => replay === undefined)) return void response.writeHead(204).end();
  open(response);
  const send = (index: number, frame: string) => {
    cursors[index] = Number(/^id: (\d+)$/m.exec(frame)?.[1]);
    response.write(frame.replace(/^id: .*$/m, `id: ${cursors.join('.')}`));
  };
  replays.forEach((replay, index) => replay?.forEach((frame) => send(index, frame)));
  const endIfDone = () => {
    if (tasks.every(({ ended }) => ended)) response.end();
  };
  endIfDone();
  tasks.forEach((task, index) => {
    const leave = task.subscribe((frame) => {
      send(index, frame);
      endIfDone();
    });
    response.on('close', leave);
  });
}

/** What is new since the cursor, as an answer with an end; if there is nothing, it waits for the first entry. */
function poll(tasks: TaskLog[], header: string | undefined, waitSeconds: number, response: ServerResponse): void {
  const seen = header?.split('.').map(Number) ?? [];
  const cursors = tasks.map((_, index) => seen[index] ?? 0);
  const read = () => tasks.map((task, index) => task.replay(cursors[index] || undefined));
  const answer = () => {
    const frames = read().flatMap((replay, index) =>
      (replay ?? []).map((frame) => {
        cursors[index] = Number(/^id: (\d+)$/m.exec(frame)?.[1]);
        return frame.replace(/^id: .*$/m, `id: ${cursors.join('.')}`);
      }),
    );
    const body = frames.join('');
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  };
  const known = read();
  if (known.every((replay) => replay === undefined)) return void response.writeHead(204).end();
  if (waitSeconds === 0 || known.some((replay) => replay !== undefined && replay.length > 0)) return answer();
  const stop = () => {
    clearTimeout(timer);
    for (const leave of leaves) leave();
  };
  const finish = () => {
    stop();
    answer();
  };
  const timer = setTimeout(finish, 1000 * waitSeconds);
  const leaves = tasks.map((task) => task.subscribe(finish));
  response.on('close', stop);
}

/**
 * Holds a response back to its end, as some proxies do; with `headAtOnce` only its body. Pass it the response before
 * anything has been written.
 */
export function holdBack(response: ServerResponse, headAtOnce = false): void {
  const held: string[] = [];
  const end = response.end.bind(response);
  response.write = (chunk: string) => {
    if (headAtOnce) response.flushHeaders();
    held.push(chunk);
    return true;
  };
  response.end = (() => end(held.join(''))) as typeof response.end;
}

function open(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(encodeComment());
}

/** Sends an error response like the API's. */
export function problem(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers });
  const detail = `The test says ${code}.`;
  response.end(JSON.stringify({ type: 'about:blank', title: code, status, detail, code, request_id: 'r-1' }));
}
