import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStreamHead } from './head.ts';

const id = '01a20412-a5de-7059-8577-2899e119db47';
const other = '01a20412-a5de-7059-8577-2899e119db48';
const path = `/api/v1/status/tasks/${id}/stream`;
const combined = '/api/v1/status/stream';

const head = (target: string, ...lines: string[]): Buffer =>
  Buffer.from([`GET ${target} HTTP/1.1`, 'Host: a', ...lines, '', ''].join('\r\n'), 'latin1');

describe('a plain request for a stream is read', () => {
  test('of one task, with what clients send along', () => {
    expect(
      parseStreamHead(
        head(`${path}?last_event_id=7`, 'Authorization:Bearer k ', 'Connection: Keep-Alive', 'X-Empty:', 'Cookie: a=b'),
      ),
    ).toEqual({
      url: `${path}?last_event_id=7`,
      path,
      taskIds: [id],
      isCombined: false,
      query: { last_event_id: '7' },
      headers: { host: 'a', authorization: 'Bearer k', connection: 'Keep-Alive', 'x-empty': '', cookie: 'a=b' },
    });
    expect(parseStreamHead(head(`${path}/`))?.path).toBe(path);
  });

  test('of several tasks, which are sorted, and count as a parameter only where there is one', () => {
    const both = parseStreamHead(head(`${combined}?task_id=${other}&task_id=${id}&api_key=k`));
    expect(both).toMatchObject({ taskIds: [id, other], isCombined: true, query: { api_key: 'k' } });
    expect(both?.query).not.toHaveProperty('task_id');
    expect(parseStreamHead(head(`${combined}/?task_id=${id}`))?.query).toEqual({ task_id: id });
  });
});

describe('left to a full parser is', () => {
  const cases: [what: string, bytes: Buffer][] = [
    ['another method', Buffer.from(`HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)],
    ['another version', Buffer.from(`GET ${path} HTTP/1.0\r\nHost: a\r\n\r\n`)],
    ['another path', head('/api/v1/status/tasks')],
    ['a path in other letters', head(path.toUpperCase())],
    ['an encoded path', head(path.replace('status', 'st%61tus'))],
    ['an address with a host', head(`http://a${path}`)],
    ['two blanks', head(` ${path}`)],
    ['an id that is none', head('/api/v1/status/tasks/7/stream')],
    ['an id in capitals', head(path.replace(id, id.toUpperCase()))],
    ['an encoded parameter', head(`${path}?api_key=a%20b`)],
    ['an unknown parameter', head(`${path}?other=1`)],
    ['a parameter that comes twice', head(`${path}?api_key=a&api_key=b`)],
    ['a parameter without a value', head(`${path}?api_key`)],
    ['two question marks', head(`${path}?api_key=a?b`)],
    ['a task in both places', head(`${path}?task_id=${id}`)],
    ['no task', head(combined)],
    ['a task that comes twice', head(`${combined}?task_id=${id}&task_id=${id}`)],
    ['too many tasks', head(`${combined}?${ids(101)}`)],
    ['no host', Buffer.from(`GET ${path} HTTP/1.1\r\nAccept: a\r\n\r\n`)],
    ['an empty host', Buffer.from(`GET ${path} HTTP/1.1\r\nHost:\r\n\r\n`)],
    ['two hosts', head(path, 'host: b')],
    ['two keys', head(path, 'Authorization: Bearer a', 'authorization: Bearer b')],
    ['two cursors', head(path, 'Last-Event-ID: 1', 'Last-Event-ID: 2')],
    ['a body by its length', head(path, 'Content-Length: 0')],
    ['a body in chunks', head(path, 'Transfer-Encoding: chunked')],
    ['a body, by another spelling', head(path, 'transfer-ENCODING: identity')],
    ['an upgrade', head(path, 'Connection: Upgrade', 'Upgrade: websocket')],
    ['an unusual connection', head(path, 'Connection: close, te')],
    ['an expectation', head(path, 'Expect: 100-continue')],
    ['a page of another origin', head(path, 'Origin: https://a.example')],
    ['a blank before the colon', head(path, 'Content-Length : 5')],
    ['a folded line', head(path, 'A: b', ' c: d')],
    ['a name that is none', head(path, 'A(b): c')],
    ['a line without a name', head(path, ': c')],
    ['a line without a colon', head(path, 'abc')],
    ['a control character', head(path, 'A: b\0')],
    ['a bare line feed', head(path, 'A: b\nContent-Length: 5')],
    ['a bare carriage return', head(path, 'A: b\rContent-Length: 5')],
    ['a byte above ASCII', head(path, 'A: \xe9')],
    ['bare line feeds everywhere', Buffer.from(head(path).toString().replaceAll('\r', ''))],
    ['an empty line before it', Buffer.concat([Buffer.from('\r\n'), head(path)])],
    ['something behind it', Buffer.concat([head(path), head(path)])],
    ['one byte behind it', Buffer.concat([head(path), Buffer.from('\n')])],
    ['half of it', head(path).subarray(0, -1)],
    ['nothing', Buffer.alloc(0)],
    ['a long one', head(path, `A: ${'a'.repeat(8192)}`)],
  ];
  test.each(cases)('%s', (_, bytes) => {
    expect(parseStreamHead(bytes)).toBeUndefined();
  });
});

test('whatever it reads, node:http reads for the same, and nothing is left over', async () => {
  const server = createServer((request, response) => {
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let taken = 0;
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('Accept: */*', 'Last-Event-ID: 7', 'Authorization: Bearer k', 'A:\tb \t') },
    fc.constantFrom('Content-Length: 3', 'Transfer-Encoding: chunked', 'Host: b', ' folded', 'A : b', 'Cookie: a;b'),
    fc.string({ maxLength: 12, unit: fc.constantFrom('\r', '\n', '\0', '\t', ' ', ':', 'A', 'é', '\x7f', '"', '(') }),
  );
  const target = fc.oneof(
    fc.constantFrom(path, `${path}/`, `${path}?api_key=a`, `${combined}?task_id=${id}`, `${path}?`, `${path}?&`),
    fc.string({ maxLength: 6 }).map((text) => `${path}?api_key=${text}`),
  );
  try {
    await fc.assert(
      fc.asyncProperty(target, fc.array(piece, { maxLength: 4 }), async (to, lines) => {
        const bytes = head(to, ...lines);
        const read = parseStreamHead(bytes);
        if (read === undefined) return;
        taken += 1;
        const socket = connect(port, '127.0.0.1');
        // A second request behind it shows that the first one ended where this says that it did.
        socket.write(
          Buffer.concat([bytes, Buffer.from('GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')]),
        );
        let answer = '';
        for await (const chunk of socket) answer += String(chunk);
        const bodies = [...answer.matchAll(/\{.*\}/g)].map(([body]) => JSON.parse(body) as unknown);
        const isLast = read.headers['connection'] === 'close';
        expect(bodies).toEqual([
          { method: 'GET', url: read.url, headers: read.headers },
          ...(isLast ? [] : [{ method: 'GET', url: '/second', headers: { host: 'a', connection: 'close' } }]),
        ]);
      }),
      { numRuns: 1000 },
    );
  } finally {
    server.close();
  }
  expect(taken).toBeGreaterThan(50);
});

function ids(count: number): string {
  return Array.from({ length: count }, (_, index) => `task_id=${id.slice(0, -3)}${100 + index}`).join('&');
}
