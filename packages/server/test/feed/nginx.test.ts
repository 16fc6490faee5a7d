import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createParser } from 'eventsource-parser';
import { freePort } from '../../../../scripts/test/free-port.ts';
import { eventually, listen, openFeed } from './support.ts';
import type { FeedServer, Submitted } from './support.ts';

/** Debian keeps it where a user's path does not lead. */
const nginx = ['nginx', '/usr/sbin/nginx'].find((name) => spawnSync(name, ['-v']).status === 0);

/** What a change may take through the proxy, in ms. One that is held back would take until the next one, or for ever. */
const soonMs = 100;

describe.skipIf(nginx === undefined)(
  `behind nginx${nginx === undefined ? ' (left out: it is not installed)' : ''}`,
  () => {
    let server: FeedServer;
    let proxy: ChildProcess;
    let directory: string;
    let plainPort: number;
    let tlsPort: number;
    let keepPort: number;

    beforeAll(async () => {
      server = await openFeed();
      directory = await mkdtemp(join(tmpdir(), 'image2model-nginx-'));
      [plainPort, tlsPort, keepPort] = [await freePort(), await freePort(), await freePort()];
      execFileSync('openssl', certificate(directory), { stdio: 'ignore' });
      const file = join(directory, 'nginx.conf');
      await writeFile(file, configuration({ directory, plainPort, tlsPort, keepPort, upstreamPort: server.port }));
      proxy = spawn(nginx ?? '', ['-p', directory, '-e', join(directory, 'error.log'), '-c', file], {
        stdio: 'ignore',
      });
      for (const port of [plainPort, tlsPort, keepPort]) await accepts(port);
    });
    afterAll(async () => {
      proxy.kill();
      await once(proxy, 'exit');
      await server.close();
      await rm(directory, { recursive: true, force: true });
    });

    test('with its default buffering each event comes at once over HTTP/1.1, and none is one behind', async () => {
      const task = await server.submit();
      const listener = await listen({ port: plainPort }, task.path);
      await listener.until(() => listener.events.length === 2);
      await expectEachAtOnce(task, (sequence) => listener.until(() => Number(listener.events.at(-1)?.id) >= sequence));
      expect(await listener.closed).toBe(true);
      expect(listener.events.at(-1)?.type).toBe('task_completed');
    });

    test('the same over HTTP/2 and TLS', async () => {
      const task = await server.submit();
      const session = connectHttp2(`https://127.0.0.1:${tlsPort}`, { rejectUnauthorized: false });
      const stream = session.request({ ':path': task.path });
      const ids: number[] = [];
      const types: string[] = [];
      const arrivals = new EventTarget();
      const parser = createParser({
        onEvent: ({ id, event }) => {
          ids.push(Number(id));
          types.push(event ?? '');
          arrivals.dispatchEvent(new Event('arrival'));
        },
      });
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => parser.feed(chunk));
      const closed = once(stream, 'close');
      const seen = async (sequence: number): Promise<void> => {
        while ((ids.at(-1) ?? 0) < sequence) await once(arrivals, 'arrival');
      };
      await seen(2);
      await expectEachAtOnce(task, seen);
      await closed;
      expect(types.at(-1)).toBe('task_completed');
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
      session.close();
    });

    test('the same over connections that the proxy keeps, new and used ones', async () => {
      const fresh = await server.submit();
      const first = await listen({ port: keepPort }, fresh.path);
      await first.until(() => first.events.length === 2);
      await expectEachAtOnce(fresh, (sequence) => first.until(() => Number(first.events.at(-1)?.id) >= sequence));
      expect(await first.closed).toBe(true);

      const seen = server.requests.length;
      const refused = await listen({ port: keepPort }, fresh.path, { headers: { 'x-owner': 'another' } });
      await refused.closed;
      expect(refused.status).toBe(404);
      const task = await server.submit();
      const second = await listen({ port: keepPort }, task.path);
      await second.until(() => second.events.length === 2);
      const [before, after] = server.requests.slice(seen).map(({ socket }) => socket);
      expect(after).toBe(before);
      await expectEachAtOnce(task, (sequence) => second.until(() => Number(second.events.at(-1)?.id) >= sequence));
      expect(await second.closed).toBe(true);
      expect(second.events.at(-1)?.type).toBe('task_completed');
    });

    test('a client that goes is let go of by the server too', async () => {
      const task = await server.submit();
      const listener = await listen({ port: plainPort }, task.path);
      await listener.until(() => listener.events.length === 2);
      expect(server.hub.stats().open).toBe(1);
      listener.abort();
      await eventually(() => server.hub.stats().open === 0);
    });

    /** Writes a change, waits for it at the far end, and only then writes the next: one behind would never come. */
    async function expectEachAtOnce(task: Submitted, seen: (sequence: number) => Promise<void>): Promise<void> {
      await task.claim();
      const delays: number[] = [];
      for (let progress = 1; progress <= 30; progress += 1) {
        await task.report(progress);
        const written = performance.now();
        const last = await task.newest();
        await seen(last);
        delays.push(performance.now() - written);
      }
      // The middle one: a machine that is busy with other tests may be late once, a proxy that holds back always is.
      expect(delays.toSorted((a, b) => a - b)[15]).toBeLessThan(soonMs);
      await task.finish();
    }
  },
);

interface Ports {
  directory: string;
  plainPort: number;
  tlsPort: number;
  keepPort: number;
  upstreamPort: number;
}

/** Nothing is set that concerns buffering: what a person gets who writes `proxy_pass` and no more. */
function configuration({ directory, plainPort, tlsPort, keepPort, upstreamPort }: Ports): string {
  return `
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  server {
    listen 127.0.0.1:${plainPort};
    location / { proxy_pass http://127.0.0.1:${upstreamPort}; proxy_http_version 1.1; }
  }
  server {
    listen 127.0.0.1:${tlsPort} ssl http2;
    ssl_certificate ${directory}/certificate.pem;
    ssl_certificate_key ${directory}/key.pem;
    location / { proxy_pass http://127.0.0.1:${upstreamPort}; }
  }
  upstream kept { server 127.0.0.1:${upstreamPort}; keepalive 4; }
  server {
    listen 127.0.0.1:${keepPort};
    location / { proxy_pass http://kept; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`;
}

function certificate(directory: string): string[] {
  const made = ['-keyout', join(directory, 'key.pem'), '-out', join(directory, 'certificate.pem')];
  return ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', ...made];
}

/** Resolves once somebody listens there. */
async function accepts(port: number): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.destroy();
      return;
    } catch (error) {
      if (attempt === 1500) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
