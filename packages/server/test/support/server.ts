import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { readConfig } from '../../src/config.ts';
import type { Cutter } from '../../src/cuts/cutter.ts';
import { createLog } from '../../src/log.ts';
import type { Model } from '../../src/models/contract.ts';
import { startServer } from '../../src/compose.ts';
import type { Server } from '../../src/compose.ts';
import { createTriangleModel } from './triangle-model.ts';

/** A real server on a free port, with a data directory of its own. */
export interface TestServer extends Server {
  readonly dataDir: string;
  /** Every line that was logged so far. */
  readonly log: string[];
  /** Asks the server; the path starts with a slash. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Stops the server and removes what it stored. */
  stop(): Promise<void>;
}

interface TestServerOptions {
  env?: Record<string, string>;
  /** One that another server left; a new one unless given. */
  dataDir?: string;
  model?: Model;
  cutter?: Cutter;
  /** Models besides, by their ids. */
  others?: Record<string, Model>;
  pagesDirectory?: string;
  /** Called with the data directory before the server starts. */
  before?: (dataDir: string) => Promise<void>;
  /** Room that the store keeps free. */
  minFreeBytes?: number;
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'image2model-api-')));
  await options.before?.(dataDir);
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'debug', ...options.env });
  const log: string[] = [];
  const server = await startServer({
    config,
    log: createLog({ level: config.logLevel, destination: { write: (line) => void log.push(line) } }),
    models: new Map([['local', options.model ?? createTriangleModel()], ...Object.entries(options.others ?? {})]),
    pagesDirectory: options.pagesDirectory ?? join(dataDir, 'no-pages'),
    ...(options.cutter && { cutter: options.cutter }),
    ...(options.minFreeBytes !== undefined && { minFreeBytes: options.minFreeBytes }),
  });
  return {
    ...server,
    dataDir,
    log,
    ask: (path, init) => fetch(server.address + path, init),
    async stop() {
      await server.close(0);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A small picture that a decoder takes; another colour makes other bytes. */
export async function picture(format: 'png' | 'jpeg' | 'webp' = 'png', colour = 'tomato'): Promise<Buffer> {
  return await sharp({ create: { width: 32, height: 32, channels: 3, background: colour } })
    .toFormat(format)
    .toBuffer();
}

/** A form as an upload sends it. */
export function uploadForm(files: [name: string, bytes: Uint8Array][], fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, bytes] of files) form.append('files', new Blob([Uint8Array.from(bytes)]), name);
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}
