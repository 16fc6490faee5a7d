import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { measureModel } from '@image2model/mesh';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../../../../scripts/test/free-port.ts';
import { picture, startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';

const program = resolve(import.meta.dirname, '../../src/cli/main.ts');
const key = 'key-of-the-command-line';
let server: TestServer;
let directory: string;
/** While it is set, files called `slow…` do not end. */
let slow: PromiseWithResolvers<void>;

beforeAll(async () => {
  server = await startTestServer({
    env: { API_KEYS: key, WORKER_CONCURRENCY: '8' },
    model: createTriangleModel({
      before: async ({ filename }, _options, { signal }) => {
        if (filename.startsWith('bad')) {
          const { ModelError } = await import('../../src/models/errors.ts');
          throw new ModelError('NO_FOREGROUND', { text: 'Nothing is to be seen.' });
        }
        if (filename.startsWith('watched')) await someoneWatches();
        if (!filename.startsWith('slow')) return;
        slow.resolve();
        await new Promise((done) => signal.addEventListener('abort', done));
      },
    }),
  });
  directory = await mkdtemp(join(tmpdir(), 'image2model-cli-'));
  await mkdir(join(directory, 'more'));
  const names = ['chair.png', 'more/chair.png', 'mug.png', 'bad.png', 'slow.png', 'watched.png'];
  const many = Array.from({ length: 27 }, (_, index) => `many-${index}.png`);
  for (const name of [...names, ...many]) await writeFile(join(directory, name), await picture());
  await writeFile(join(directory, 'note.png'), 'just a text');
});

beforeEach(async () => {
  slow = Promise.withResolvers();
  await rm(join(directory, 'out'), { recursive: true, force: true });
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Until then there is nobody to see any progress. */
async function someoneWatches(): Promise<void> {
  const isWatched = async (): Promise<boolean> => {
    const headers = { authorization: `Bearer ${key}` };
    const metrics = await (await server.ask('/api/v1/health/metrics', { headers })).text();
    return /^image2model_streams [1-9]/m.test(metrics);
  };
  await vi.waitUntil(isWatched, { timeout: 20_000 });
}

interface Run {
  code: number | null;
  out: string;
  err: string;
}

function start(args: string[], env: Record<string, string> = {}): { child: ChildProcess; done: Promise<Run> } {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: directory,
    env: { ...process.env, LC_ALL: 'C', IMAGE2MODEL_URL: server.address, IMAGE2MODEL_API_KEY: key, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const done = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(([, out, err]) => ({
    code: child.exitCode,
    out,
    err,
  }));
  return { child, done };
}

const convert = async (...args: string[]): Promise<Run> => await start(['convert', ...args]).done;
const outputs = async (): Promise<string[]> => (await readdir(join(directory, 'out'))).toSorted();
const lines = (run: Run): { event: string; [field: string]: unknown }[] =>
  run.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string });

describe('image2model convert', () => {
  it('prints the paths of the models alone when it is piped, and tells photos of one name apart', async () => {
    const run = await convert('chair.png', 'more/chair.png', './chair.png', '-o', 'out');
    expect(run).toMatchObject({ code: 0, err: expect.stringMatching(/^2 of 2 models made in [\d.]+ s\n$/) });
    expect(run.out.trim().split('\n').toSorted()).toEqual(['out/chair-2.glb', 'out/chair.glb']);
    expect(await outputs()).toEqual(['chair-2.glb', 'chair.glb']);
    expect((await readFile(join(directory, 'out/chair.glb'))).subarray(0, 4).toString()).toBe('glTF');
  });

  it('makes the good ones where others cannot be made, and says why', async () => {
    const run = await convert('chair.png', 'note.png', 'bad.png', '-o', 'out');
    expect(run).toMatchObject({ code: 1, out: 'out/chair.glb\n' });
    expect(run.err).toMatch(/note\.png: .*\(UNSUPPORTED_IMAGE_TYPE\)/);
    expect(run.err).toMatch(/bad\.png: .*\(NO_FOREGROUND\)/);
    expect(run.err).toMatch(/1 of 3 models made in [\d.]+ s, 2 failed/);
  });

  it('reports everything as JSON lines', async () => {
    const run = await convert('watched.png', 'bad.png', 'note.png', '-o', 'out', '--json', '--face-limit', '500');
    expect(run).toMatchObject({ code: 1, err: '' });
    const events = lines(run);
    expect(events.filter(({ event }) => event === 'progress').length).toBeGreaterThan(0);
    expect(events).toContainEqual({
      event: 'completed',
      input: 'watched.png',
      output: 'out/watched.glb',
      size: expect.any(Number),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      outputs: [expect.objectContaining({ format: 'glb', output: 'out/watched.glb' })],
      statistics: expect.objectContaining({ faces: 1 }),
    });
    expect(events).toContainEqual({
      event: 'failed',
      input: 'bad.png',
      code: 'NO_FOREGROUND',
      error: expect.any(String),
    });
    expect(events.at(-1)).toEqual({
      event: 'summary',
      total: 3,
      completed: 1,
      failed: 2,
      cancelled: 0,
      seconds: expect.any(Number),
    });
  });

  it('speaks German where the locale is German, but not in JSON', async () => {
    const german = async (...args: string[]): Promise<Run> =>
      await start(['convert', ...args], { LC_ALL: 'de_DE.UTF-8' }).done;
    const run = await german('chair.png', '-o', 'out');
    expect(run).toMatchObject({ code: 0, err: expect.stringMatching(/^1 von 1 Modell in \d+,\d s erstellt\n$/) });
    expect((await german('nothing.png')).err).toBe('image2model: nothing.png: Datei nicht gefunden\n');
    expect((await german('chair.png', '--api-key', 'wrong')).err).toContain(
      'Der Server hat den API-Schlüssel abgelehnt (UNAUTHENTICATED)',
    );
    const away = await german('chair.png', '--server', `http://127.0.0.1:${await freePort()}`);
    expect(away.err).toMatch(/^chair\.png: Der Server ist nicht erreichbar: .*ECONNREFUSED.* \(NETWORK_ERROR\)\n/);
    const noModel = await german('chair.png', '--model', 'none');
    expect(noModel.err).toMatch(
      /^chair\.png: Dieses Modell gibt es nicht\. Verfügbar: (\S+)\n0 von 1 Modell .*\nimage2model: Dieses Modell gibt es nicht\. Verfügbar: \1\n$/,
    );
    const json = await german('chair.png', '--api-key', 'wrong', '--json');
    expect(lines(json)[0]).toEqual({
      event: 'failed',
      input: 'chair.png',
      code: 'NOT_DONE',
      error: expect.stringMatching(/key.*\(UNAUTHENTICATED\)$/),
      message_id: 'cli.key_rejected',
    });
    expect(json.err).toMatch(/^image2model: .*key.*\(UNAUTHENTICATED\)\n$/);
  });

  it('has the ids of the messages in its JSON lines', async () => {
    // One more than run at once, so that one waits.
    const names = Array.from({ length: 9 }, (_, index) => `slow-${index}.png`);
    for (const name of names) await writeFile(join(directory, name), await picture());
    const { child, done } = start(['convert', ...names, '-o', 'out', '--json']);
    let written = '';
    child.stdout?.on('data', (chunk: Buffer) => void (written += chunk.toString()));
    await slow.promise;
    await expect.poll(() => written, { timeout: 30_000 }).toContain('"message":"Waiting in the queue"');
    child.kill('SIGINT');
    expect(lines(await done)).toContainEqual({
      event: 'progress',
      input: expect.stringMatching(/^slow-\d\.png$/),
      progress: 0,
      message: 'Waiting in the queue',
      message_id: 'queue.waiting',
    });
  });

  it('never replaces a file unless --force is given', async () => {
    await mkdir(join(directory, 'out'));
    await writeFile(join(directory, 'out/chair.glb'), 'mine');
    expect(await convert('chair.png', '-o', 'out')).toMatchObject({ code: 0, out: 'out/chair-2.glb\n' });
    expect(await readFile(join(directory, 'out/chair.glb'), 'utf8')).toBe('mine');
    expect(await convert('chair.png', '-o', 'out', '--force')).toMatchObject({ code: 0, out: 'out/chair.glb\n' });
    expect((await readFile(join(directory, 'out/chair.glb'))).subarray(0, 4).toString()).toBe('glTF');
  });

  it('writes each model in several formats, at the size that is asked for', async () => {
    const flags = ['--format', 'glb,3mf', '--format', 'STL', '--size-mm', '62.5', '--origin', 'center', '--json'];
    const run = await convert('chair.png', 'more/chair.png', '-o', 'out', ...flags);
    expect(run.code).toBe(0);
    const extensions = ['3mf', 'glb', 'stl'];
    expect(await outputs()).toEqual(
      ['chair-2', 'chair'].flatMap((stem) => extensions.map((each) => `${stem}.${each}`)),
    );
    for (const event of lines(run).filter((each) => each.event === 'completed')) {
      const written = event['outputs'] as { format: string; output: string; size: number; sha256: string }[];
      expect(written.map(({ format }) => format)).toEqual(['glb', '3mf', 'stl']);
      expect(event).toMatchObject({ output: written[0]?.output, size: written[0]?.size, sha256: written[0]?.sha256 });
      for (const { output, size, sha256 } of written) {
        const bytes = await readFile(join(directory, output));
        expect({ size, sha256 }).toEqual({
          size: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        });
      }
    }
    // The one triangle: of its sides along the axes, from −31.25 to 31.25.
    const stl = await readFile(join(directory, 'out/chair.stl'));
    const numbers = Array.from({ length: 9 }, (_, i) => stl.readFloatLE(96 + 4 * i));
    expect([Math.min(...numbers), Math.max(...numbers)]).toEqual([-31.25, 31.25]);
    const { width, height } = await measureModel(await readFile(join(directory, 'out/chair.glb')));
    expect([width, height]).toEqual([0.0625, 0.0625]);
  });

  it('gives the files of one model one name, where any of them is in use', async () => {
    await mkdir(join(directory, 'out'));
    await writeFile(join(directory, 'out/chair.stl'), 'mine');
    const flags = ['-o', 'out', '--format', 'obj,stl'];
    expect(await convert('chair.png', ...flags)).toMatchObject({ code: 0, out: 'out/chair-2.zip\nout/chair-2.stl\n' });
    expect(await outputs()).toEqual(['chair-2.stl', 'chair-2.zip', 'chair.stl']);
    expect(await convert('chair.png', ...flags, '--force')).toMatchObject({ out: 'out/chair.zip\nout/chair.stl\n' });
  });

  it('says that it cannot write, and why', async () => {
    await writeFile(join(directory, 'file'), '');
    const run = await convert('chair.png', '-o', 'file/out', '--format', 'stl');
    expect(run).toMatchObject({ code: 1, err: expect.stringMatching(/ENOTDIR.*\(NOT_WRITTEN\)/) });
  });

  it('writes nothing where the server says no checksum of what it converted', async () => {
    const older = await serveWithout(server.address, 'repr-digest');
    const run = await convert('chair.png', '-o', 'out', '--format', 'glb,stl', '--server', older);
    expect(run).toMatchObject({ code: 1, err: expect.stringMatching(/too old for --format.*\(DOWNLOAD_FAILED\)/) });
    expect(await outputs()).toEqual([]);
    expect((await convert('chair.png', '-o', 'out', '--server', older)).code).toBe(0);
  });

  it('takes the address of the API for that of its server', async () => {
    const run = await convert('chair.png', '-o', 'out', '--server', `${server.address}/api/v1/`);
    expect(run).toMatchObject({ code: 0, out: 'out/chair.glb\n' });
  });

  it('reuses what the server made earlier of the same photo, unless --fresh is given', async () => {
    let made = 0;
    const model = createTriangleModel({ before: async () => void (made += 1) });
    const other = await startTestServer({ model: { ...model, reusable: true } });
    const again = (...flags: string[]) =>
      start(['convert', 'chair.png', '-o', 'out', '--force', ...flags], { IMAGE2MODEL_URL: other.address }).done;
    for (const flags of [[], [], ['--fresh']]) expect((await again(...flags)).code).toBe(0);
    expect(made).toBe(2);
    await other.stop();
  });

  it('splits what is too much for one upload', async () => {
    const names = Array.from({ length: 27 }, (_, index) => `many-${index}.png`);
    const run = await convert(...names, '-o', 'out');
    expect(run.code).toBe(0);
    expect(await outputs()).toHaveLength(27);
  });

  it('cancels what runs on Ctrl-C and leaves no half files', async () => {
    const { child, done } = start(['convert', 'slow.png', '-o', 'out', '--json']);
    await slow.promise;
    child.kill('SIGINT');
    const run = await done;
    expect(run.code).toBe(130);
    expect(lines(run).map(({ event }) => event)).toEqual(expect.arrayContaining(['cancelled', 'summary']));
    await expect.poll(() => server.engine.counts()).toEqual({ waiting: 0, running: 0 });
    await expect(outputs()).rejects.toThrow('ENOENT');
  });

  it.concurrent.each([
    [['convert'], /missing required argument/],
    [['convert', 'nothing.png'], /nothing\.png: no such file/],
    [['convert', 'more'], /more is not a file/],
    [['convert', 'chair.png', '-o', 'chair.png'], /chair\.png is not a directory; --out needs a directory/],
    [['convert', 'chair.png', '--face-limit', '5'], /whole number from 100/],
    [['convert', 'chair.png', '--format', 'glb,fbx'], /Each format must be one of glb, obj, stl, ply, usdz, 3mf/],
    [['convert', 'chair.png', '--format', ''], /Each format must be one of/],
    [['convert', 'chair.png', '--size-mm', '0'], /number of millimetres from 1 to 100000/],
    [['convert', 'chair.png', '--size-mm', '1e9'], /number of millimetres from 1 to 100000/],
    [['convert', 'chair.png', '--size-mm', 'NaN'], /number of millimetres from 1 to 100000/],
    [['convert', 'chair.png', '--size-mm=-5'], /number of millimetres from 1 to 100000/],
    [['convert', 'chair.png', '--origin', 'top'], /one of bottom, center/],
    [['convert', 'chair.png', '--options', '[]'], /must be a JSON object/],
    [['convert', 'chair.png', '--model', 'none'], /There is no such model/],
    [['convert', 'chair.png', '--server', 'nowhere'], /is not an address/],
    [['convert', 'chair.png', '--server', 'localhost:3000'], /--server localhost:3000 is not an address like http/],
    [['convert', 'chair.png', '--server', 'http://localhost:3000?a=b'], /--server .* is not an address/],
    [['convert', 'chair.png', '--server', 'http://me:secret@localhost:3000'], /--server .* is not an address/],
    [['convert', 'chair.png', '--api-key', 'a key\n'], /API key contains an invalid character/],
    [['convert', 'chair.png', '--colour', 'red'], /unknown option/],
    [['bake'], /unknown command/],
  ])('ends with 2 on %j', async (args, message) => {
    const run = await start(args).done;
    expect(run.err).toMatch(message);
    expect(run).toMatchObject({ code: 2, out: '' });
  });

  it('ends with 3 where the server cannot be reached, and says why, or where it rejects the key', async () => {
    const port = await freePort();
    // A name has several addresses, all of which are tried.
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await convert('chair.png', '--server', `http://${host}:${port}`)).toMatchObject({
        code: 3,
        err: expect.stringMatching(/^image2model: Can’t reach the server: .*ECONNREFUSED.* \(NETWORK_ERROR\)$/m),
      });
    }
    const wrong = await convert('chair.png', '--api-key', 'wrong');
    expect(wrong).toMatchObject({ code: 3, err: expect.stringContaining('UNAUTHENTICATED') });
  });

  it('starts a server of its own where none is named, and leaves nothing of it', async () => {
    const temporary = join(directory, 'tmp');
    await mkdir(temporary);
    const env = { IMAGE2MODEL_URL: '', TMPDIR: temporary };
    const run = await start(['convert', 'chair.png', '-o', 'out', '--face-limit', '200'], env).done;
    expect(run).toMatchObject({ code: 0, out: 'out/chair.glb\n' });
    expect(await readdir(temporary)).toEqual([]);
  });
});

/** The server behind something that removes a header from its answers, as if it were an older one. */
async function serveWithout(address: string, header: string): Promise<string> {
  const { host } = new URL(address);
  const front = createServer((request, response) => {
    const options = { method: request.method, headers: { ...request.headers, host } };
    const onward = forward(address + (request.url ?? ''), options, (answer) => {
      const { [header]: _, ...headers } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void front.close());
  await once(front, 'listening');
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
}

describe('image2model serve', () => {
  it('prints its address, and stops when it is asked to', async () => {
    const dataDir = join(directory, 'data');
    const { child, done } = start(['serve'], { PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent' });
    const [first] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const address = /^image2model listens on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(first.toString())?.[1];
    expect((await fetch(`${address}/api/v1/health`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await done).toMatchObject({ code: 0, err: '' });
  });

  it('does not start with a setting that is wrong, and names it', async () => {
    const run = await start(['serve'], { PORT: 'eighty' }).done;
    expect(run).toEqual({ code: 2, out: '', err: 'image2model cannot start: PORT must be a whole number\n' });
    const owned = await start(['serve'], { PORT: '0', DATA_DIR: server.dataDir }).done;
    expect(owned).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^image2model cannot start: .* in use by another server.*\n$/),
    });
    const taken = await start(['serve'], { PORT: new URL(server.address).port, DATA_DIR: join(directory, 'two') }).done;
    expect(taken).toMatchObject({ code: 2, err: expect.stringMatching(/PORT=\d+ is in use on 127\.0\.0\.1/) });
    const model = await start(['serve'], { PORT: '0', DATA_DIR: join(directory, 'three'), MODEL: 'none' }).done;
    expect(model).toMatchObject({ code: 2, err: expect.stringContaining('MODEL=none is not among the models: local') });
  });
});
