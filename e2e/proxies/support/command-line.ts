import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Rig } from './rig.ts';

const program = join(import.meta.dirname, '../../../packages/server/src/cli/main.ts');

/** What the command line says of one photo. */
export interface Converted {
  exitCode: number | null;
  /** In the order of its lines. */
  progress: number[];
  endings: string[];
  summary: { total: number; completed: number } | undefined;
  /** What it said besides. */
  errors: string;
}

interface Line {
  event: string;
  progress: number;
  total: number;
  completed: number;
}

/** Has the command line convert a photo by the server behind this address. */
export async function convertThrough(url: string, { server, certificate }: Rig): Promise<Converted> {
  const directory = await mkdtemp(join(tmpdir(), 'image2model-convert-'));
  try {
    const photo = join(directory, 'photo.png');
    await writeFile(photo, await server.photo());
    const args = [program, 'convert', photo, '--json', '--server', url, '--out', join(directory, 'out')];
    const child = spawn(process.execPath, args, {
      env: {
        PATH: process.env.PATH,
        IMAGE2MODEL_API_KEY: server.key,
        NODE_EXTRA_CA_CERTS: certificate.certificateFile,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, errors, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    const lines = output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
    return {
      exitCode,
      progress: lines.filter(({ event }) => event === 'progress').map(({ progress }) => progress),
      endings: lines.map(({ event }) => event).filter((event) => event !== 'progress' && event !== 'summary'),
      summary: lines.find(({ event }) => event === 'summary'),
      errors,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
