import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { createParser } from 'eventsource-parser';

/** The real server in a process of its own, with a model that reports at a steady pace. */
export interface PacedServer {
  /** Its address without the scheme. */
  readonly host: string;
  readonly key: string;
  /** Uploads a photo whose model waits for `go`; gives the task, at work already. */
  hold(): Promise<string>;
  /** A photo that it has not seen yet; its model waits for nobody. */
  photo(): Promise<Uint8Array<ArrayBuffer>>;
  /** Lets every photo that waits go on. */
  go(): void;
  /** Sequence of the task's newest event. */
  newest(taskId: string): Promise<number>;
  /** Sequences of all events of a task that has ended, but for the first. */
  sequences(taskId: string): Promise<number[]>;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL('../../../packages/server/test/support/paced-server.ts', import.meta.url));
const key = 'key-of-the-rig';

/** @param settings `HOST`, and the `CORS_ORIGINS` of pages that follow */
export async function startPacedServer(settings: Record<string, string> = {}): Promise<PacedServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'image2model-paced-'));
  const env = { PORT: '0', DATA_DIR: dataDir, API_KEYS: key, WORKER_CONCURRENCY: '8', LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH, RATE_LIMIT_PER_MINUTE: '1000000', ...env, ...settings },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [address] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(([code]) => Promise.reject(new Error(`The server ended with ${code}`))),
  ])) as [string];
  const ask = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const response = await fetch(address + path, { ...init, headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  };
  const task = async (id: string) => (await ask(`/api/v1/status/tasks/${id}`)) as { sequence: number; files: File[] };
  return {
    host: new URL(address).host,
    key,
    async hold() {
      const form = new FormData();
      form.append('files', new Blob([await photo()]), 'held.png');
      const { task_id: id } = (await ask('/api/v1/upload', { method: 'POST', body: form })) as { task_id: string };
      while ((await task(id)).files[0]?.status !== 'processing') await new Promise(setImmediate);
      return id;
    },
    photo,
    go: () => void child.stdin.write('go\n'),
    newest: async (id) => (await task(id)).sequence,
    async sequences(id) {
      // A cursor gets every event that is kept, not the newest of each file alone.
      const headers = { authorization: `Bearer ${key}`, 'last-event-id': '1' };
      const stream = await fetch(`${address}/api/v1/status/tasks/${id}/stream`, { headers });
      const all: number[] = [];
      createParser({ onEvent: (event) => all.push(Number(event.id)) }).feed(await stream.text());
      return all;
    },
    async close() {
      child.stdin.end();
      await exited;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

interface File {
  status: string;
}

let photos = 0;

/** A small one of a colour that no other has, or its model would be there already. */
async function photo(): Promise<Uint8Array<ArrayBuffer>> {
  photos += 1;
  const background = { r: photos % 256, g: photos >> 8, b: 99 };
  return new Uint8Array(
    await sharp({ create: { width: 32, height: 32, channels: 3, background } })
      .png()
      .toBuffer(),
  );
}
