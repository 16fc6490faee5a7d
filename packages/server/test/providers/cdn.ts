import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from './answers.ts';
import type { Answer } from './answers.ts';
import { wrongBytes } from './glb.ts';
import type { FileRow, State } from './state.ts';
import type { FaultKind } from './types.ts';

/** A file as a CDN serves it: whole or a range of it, with an `ETag`. */
export function answerFile(
  state: State,
  id: string,
  request: IncomingMessage,
  options: { ttlMs: number; fault: FaultKind | undefined },
): Answer | 'endless' | 'huge' {
  const row = state.all<FileRow>('select * from files where id = ?', id)[0];
  if (!row?.bytes) return json(404, { detail: 'File not found' });
  if (row.created_at + options.ttlMs < Date.now()) return json(403, { detail: 'The file has expired' });
  const is = options.fault?.kind === 'content' ? options.fault.is : row.wrong;
  if (is === 'missing') return json(404, { detail: 'File not found' });
  if (is === 'forbidden') return json(403, { detail: 'Access denied' });
  if (is === 'endless' || is === 'huge') return is;
  const { bytes, contentType } =
    is === '' ? { bytes: row.bytes, contentType: row.content_type } : wrongBytes(is, row.bytes);
  return inRange(bytes, contentType, request);
}

function inRange(bytes: Uint8Array, contentType: string, request: IncomingMessage): Answer {
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
  const headers = { 'content-type': contentType, etag, 'accept-ranges': 'bytes' };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const condition = request.headers['if-range'];
  if (!range || (condition !== undefined && condition !== etag)) return { status: 200, headers, body: bytes };
  const from = Number(range[1]);
  const to = range[2] === '' ? bytes.length - 1 : Math.min(Number(range[2]), bytes.length - 1);
  if (from > to)
    return { status: 416, headers: { ...headers, 'content-range': `bytes */${bytes.length}` }, body: Buffer.alloc(0) };
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${from}-${to}/${bytes.length}` },
    body: bytes.subarray(from, to + 1),
  };
}

/** A body that is far too large: one that says so, or one that never ends. */
export function pour(response: ServerResponse, is: 'endless' | 'huge'): void {
  const length = is === 'huge' ? { 'content-length': String(50 * 1024 ** 3) } : {};
  response.writeHead(200, { 'content-type': 'model/gltf-binary', ...length });
  const block = Buffer.alloc(64 * 1024);
  const more = (): void => {
    if (!response.destroyed && response.write(block)) setImmediate(more);
  };
  response.on('drain', more);
  more();
}
