import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { addressOf } from './server.ts';

/** The development server of the pages, with the gallery on it and no server behind it. */
export interface GalleryServer {
  readonly url: string;
  /** Ends it; may be called twice. */
  close(): Promise<void>;
}

const web = join(import.meta.dirname, '../../packages/web');
const vite = join(import.meta.dirname, '../../node_modules/vite/bin/vite.js');

/** @throws if Vite ends before it listens, with what it said */
export async function startGallery(): Promise<GalleryServer> {
  const child = spawn(process.execPath, [vite, 'dev', '--host', '127.0.0.1', '--port', '0'], {
    cwd: web,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return {
    url: await addressOf(child, 'Vite'),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}
