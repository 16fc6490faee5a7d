import { maxTasksPerStream } from '@image2model/protocol';

/** A request for an event stream, as plain as clients send it. */
export interface StreamHead {
  /** Path and query as they were sent. */
  url: string;
  /** The path without a trailing slash. */
  path: string;
  /** The one task of the path, or those of the query: sorted, at most as many as one stream follows. */
  taskIds: [string, ...string[]];
  /** Whether several tasks were asked for over one connection. */
  isCombined: boolean;
  /** The parameters that came once. */
  query: Record<string, string>;
  /** Lower-case names, each once. */
  headers: Record<string, string>;
}

/** Longer heads are left to `node:http`: a browser's with its cookies is 2 KB. */
const maxHeadBytes = 8192;

const requestLine = /^GET ((\/api\/v1\/status\/(?:tasks\/([^/?]+)\/)?stream)\/?(?:\?([\w.~&=-]*))?) HTTP\/1\.1$/;
const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const token = /^[\w!#$%&'*+.^`|~-]+$/;
const text = /^[\t\x20-\x7e]*$/;

/** Headers that say there is more to it than a head, or whose answer depends on them in a way of their own. */
const unusual = new Set(['content-length', 'transfer-encoding', 'upgrade', 'expect', 'trailer', 'te', 'origin']);
const parameters = new Set(['api_key', 'ticket', 'last_event_id', 'lastEventId', 'evs_last_event_id', 'task_id']);

/**
 * Reads the head of a stream's request that came whole, alone and plain. Undefined for everything else and wherever
 * there is the slightest doubt: that is then read by `node:http`. What this accepts, a full parser reads the same way.
 */
export function parseStreamHead(chunk: Buffer): StreamHead | undefined {
  if (chunk.length > maxHeadBytes) return undefined;
  const [first = '', ...lines] = chunk.toString('latin1').split('\r\n');
  const [, url, path, taskId, search = ''] = requestLine.exec(first) ?? [];
  // The head ends with an empty line, and the chunk with the head.
  if (url === undefined || path === undefined || lines.pop() !== '' || lines.pop() !== '') return undefined;
  const headers = parseHeaders(lines);
  const asked = parseQuery(search);
  if (headers === undefined || asked === undefined) return undefined;
  const { query, named } = asked;
  const isCombined = taskId === undefined;
  const [one, ...more] = isCombined ? named.toSorted() : [taskId, ...named];
  if (one === undefined || more.length >= (isCombined ? maxTasksPerStream : 1)) return undefined;
  const taskIds: StreamHead['taskIds'] = [one, ...more];
  if (!taskIds.every((id) => uuid.test(id)) || new Set(taskIds).size !== taskIds.length) return undefined;
  return { url, path, taskIds, isCombined, query, headers };
}

/** Each name once, one host, nothing folded, and no byte that readers of HTTP have ever disagreed about. */
function parseHeaders(lines: readonly string[]): Record<string, string> | undefined {
  const headers: Record<string, string> = { __proto__: null as never };
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (!token.test(name) || !text.test(line) || unusual.has(name) || name in headers) return undefined;
    headers[name] = line.slice(colon + 1).trim();
  }
  if (!/^[\w.:[\]-]+$/.test(headers['host'] ?? '')) return undefined;
  return /^(?:keep-alive|close)$/i.test(headers['connection'] ?? 'close') ? headers : undefined;
}

/** The parameters of streams and no others, nothing encoded; `named` are the tasks. */
function parseQuery(search: string): { query: Record<string, string>; named: string[] } | undefined {
  const query: Record<string, string> = { __proto__: null as never };
  const named: string[] = [];
  for (const part of search === '' ? [] : search.split('&')) {
    const [name = '', value, ...more] = part.split('=');
    if (!parameters.has(name) || value === undefined || more.length > 0) return undefined;
    if (name === 'task_id') {
      named.push(value);
      continue;
    }
    if (name in query) return undefined;
    query[name] = value;
  }
  if (named.length === 1) query['task_id'] = named[0] ?? '';
  return { query, named };
}
