import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { nowMs } from './servers/child.ts';

/** Readers of streams, and what they have seen. */
export interface Load {
  /** Opens so many streams, spread over the paths; resolves when each has its first bytes. */
  open(readers: number, options?: { standing?: boolean }): Promise<void>;
  /** Forgets what was seen so far. */
  reset(): void;
  /** Events seen since, and their delays in ms: from when they were due, and from when they were made. */
  seen(): { events: number; delays: number[]; transits: number[] };
  close(): void;
}

/** Streams opened at once. */
const openAtOnce = 100;

/** Delays that are kept; beyond that, each second one goes and half as many are taken. */
const maxDelays = 200_000;

/** Reads with as little work as will tell the delay, so that the load is not what is measured. */
export function createLoad(target: { port: number; paths: string[]; headers: Record<string, string> }): Load {
  const sockets: Socket[] = [];
  let events = 0;
  let every = 1;
  let delays: number[] = [];
  let transits: number[] = [];

  function take(text: string): void {
    const now = nowMs();
    for (let at = text.indexOf('due='); at !== -1; at = text.indexOf('due=', at + 4)) {
      events += 1;
      if (events % every !== 0) continue;
      delays.push(now - Number.parseFloat(text.slice(at + 4, at + 24)));
      const made = text.indexOf('made=', at);
      transits.push(now - Number.parseFloat(text.slice(made + 5, made + 25)));
      if (delays.length < maxDelays) continue;
      delays = delays.filter((_, index) => index % 2 === 0);
      transits = transits.filter((_, index) => index % 2 === 0);
      every *= 2;
    }
  }

  async function openOne(path: string, standing: boolean): Promise<void> {
    const socket = connect(target.port, '127.0.0.1');
    sockets.push(socket);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.on('error', reject);
    const headers = { host: 'bench', 'user-agent': 'bench', ...target.headers };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    let carry = '';
    socket.on('data', (chunk: Buffer) => {
      resolve();
      if (standing) {
        socket.pause();
        return;
      }
      const text = carry + chunk.toString('latin1');
      const end = text.lastIndexOf('\n\n') + 1;
      take(text.slice(0, end));
      carry = text.slice(end);
    });
    await promise;
  }

  return {
    async open(readers, { standing = false } = {}) {
      let next = 0;
      const opener = async (): Promise<void> => {
        while (next < readers) {
          const path = target.paths[next % target.paths.length] ?? '';
          next += 1;
          await openOne(path, standing);
        }
      };
      await Promise.all(Array.from({ length: openAtOnce }, opener));
    },
    reset() {
      events = 0;
      every = 1;
      delays = [];
      transits = [];
    },
    seen: () => ({ events, delays, transits }),
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
