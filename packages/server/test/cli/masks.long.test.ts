import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../../scripts/test/free-port.ts';
import { listCutsReporter } from '../../src/cli/cuts-reporter.ts';
import { mask } from '../support/masks.ts';
import { createScriptedModel } from '../support/scripted-model.ts';
import { startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';

const program = resolve(import.meta.dirname, '../../src/cli/main.ts');
let server: TestServer;
let directory: string;
/** What the model was given: by the name of the photo its mask, and the options. */
let seen: Map<string, { mask: Buffer | undefined; options: unknown }>;
/** Masks that differ in their bytes. */
let masks: Record<'one' | 'two', Buffer>;

beforeAll(async () => {
  const model = createScriptedModel({
    id: 'local',
    fault: ({ pictures, mask: given }, _context, { options }) =>
      void seen.set(pictures[0].filename, { mask: given && Buffer.from(given.bytes), options }),
  });
  server = await startTestServer({
    env: { RATE_LIMIT_PER_MINUTE: '100000' },
    model: { ...model, usesMasks: true },
    others: { hosted: createScriptedModel({ id: 'hosted' }) },
  });
  masks = { one: await mask(), two: await mask({ width: 16, height: 16 }) };
});

beforeEach(async () => {
  seen = new Map();
  directory = await mkdtemp(join(tmpdir(), 'image2model-cli-masks-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));
afterAll(() => server.stop());

interface Run {
  code: number | null;
  out: string;
  err: string;
}

function start(args: string[], env: Record<string, string> = {}): { child: ChildProcess; done: Promise<Run> } {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: directory,
    env: { ...process.env, LC_ALL: 'C', IMAGE2MODEL_URL: server.address, IMAGE2MODEL_API_KEY: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const done = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(([, out, err]) => ({
    code: child.exitCode,
    out,
    err,
  }));
  return { child, done };
}

const run = async (...args: string[]): Promise<Run> => await start(args).done;
const convert = async (...args: string[]): Promise<Run> => await run('convert', ...args, '-o', 'out');
const german = async (...args: string[]): Promise<Run> => await start(args, { LC_ALL: 'de_DE.UTF-8' }).done;
const lines = ({ out }: Run): unknown[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

/** Something that answers in place of the server, once it has received a request; gives its address. */
async function otherServer(answer: (response: ServerResponse) => void): Promise<string> {
  const other = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response));
  });
  await once(other.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    other.closeAllConnections();
    other.close();
  });
  return `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
}

/** A red square on white, 32 × 32. */
async function square(format: 'png' | 'jpeg'): Promise<Buffer> {
  const picture = sharp({ create: { width: 32, height: 32, channels: 3, background: 'white' } });
  const middle = await sharp({ create: { width: 16, height: 16, channels: 3, background: 'crimson' } })
    .png()
    .toBuffer();
  return await picture
    .composite([{ input: middle, gravity: 'centre' }])
    .toFormat(format)
    .toBuffer();
}

/** Writes photos, and masks by their names: the first kind if it says nothing else. */
async function put(...names: (string | [name: string, bytes: Buffer])[]): Promise<void> {
  for (const entry of names) {
    const [name, given] = typeof entry === 'string' ? [entry, undefined] : entry;
    const isMask = name.includes('.mask.');
    const bytes = given ?? (isMask ? masks.one : await square(name.endsWith('.png') ? 'png' : 'jpeg'));
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), bytes);
  }
}

/** Which mask each photo was made with. */
const made = (): Record<string, string> =>
  Object.fromEntries(
    [...seen].map(([name, { mask: given }]) => {
      const known = Object.entries(masks).find(([, bytes]) => given?.equals(bytes));
      return [name, known?.[0] ?? (given === undefined ? 'none' : 'another')];
    }),
  );

describe('image2model convert with masks', () => {
  it('uses the mask that is named for one photo, whatever it is called', async () => {
    await put('chair.jpg', ['outline.png', masks.two]);
    expect(await convert('chair.jpg', '--mask', 'outline.png')).toMatchObject({
      code: 0,
      out: 'out/chair.glb\n',
      err: expect.stringMatching(/^chair\.jpg: cut out with outline\.png\n1 of 1 model made/),
    });
    expect(made()).toEqual({ 'chair.jpg': 'two' });
  });

  it('uses the mask that lies beside a photo and says so, unless it is told not to', async () => {
    await put('more/chair.jpg', 'more/chair.mask.png', 'more/mug.jpg');
    const both = ['more/chair.jpg', 'more/mug.jpg'];
    const used = await convert(...both);
    expect(used.err).toMatch(/^more\/chair\.jpg: cut out with more\/chair\.mask\.png\n2 of 2 models made/);
    expect(made()).toEqual({ 'chair.jpg': 'one', 'mug.jpg': 'none' });
    const plain = await convert(...both, '--no-mask');
    expect(plain).toMatchObject({ code: 0, err: expect.stringMatching(/^2 of 2 models made/) });
    expect(made()).toEqual({ 'chair.jpg': 'none', 'mug.jpg': 'none' });
    expect((await german('convert', ...both, '-o', 'out')).err).toMatch(
      /^more\/chair\.jpg: freigestellt mit more\/chair\.mask\.png\n2 von 2 Modellen/,
    );
  });

  it('takes no mask for a photo where a wildcard names both', async () => {
    await put('chair.png', 'chair.mask.png', 'mug.png', 'lamp.mask.png', 'mug.scene.mask.png');
    const names = ['chair.mask.png', 'chair.png', 'lamp.mask.png', 'mug.png', 'mug.scene.mask.png'];
    const all = await convert(...names);
    expect(all).toMatchObject({ code: 0, err: expect.stringContaining('2 of 2 models made') });
    expect(all.err.split('\n').slice(0, 3)).toEqual([
      'lamp.mask.png is named like a mask but matches no photo here that needs one; ignored',
      'mug.scene.mask.png is named like a mask but matches no photo here that needs one; ignored',
      'chair.png: cut out with chair.mask.png',
    ]);
    expect(made()).toEqual({ 'chair.png': 'one', 'mug.png': 'none' });
    seen.clear();
    expect((await convert(...names, '--no-mask')).code).toBe(0);
    expect(made()).toEqual({ 'chair.png': 'none', 'mug.png': 'none' });
  });

  it('finds the photo of each mask by its name, and of several the one that it lies beside', async () => {
    await put('a.jpg', 'b.png', 'more/b.png', 'c.jpg', 'c.mask.png', 'd.jpg');
    await put(['masks/a.mask.webp', masks.two], ['more/b.mask.png', masks.two], ['masks/c.relief.mask.png', masks.two]);
    await put(['masks/d.jpg', masks.one]);
    const given = ['masks/a.mask.webp', 'more/b.mask.png', 'masks/c.relief.mask.png', 'masks/d.jpg'];
    const photos = ['a.jpg', 'b.png', 'more/b.png', 'c.jpg', 'd.jpg'];
    expect((await convert(...photos, ...given.flatMap((file) => ['--mask', file]))).code).toBe(0);
    expect(made()).toEqual({ 'a.jpg': 'two', 'b.png': 'none', 'b-2.png': 'two', 'c.jpg': 'two', 'd.jpg': 'one' });
  });

  it('uses a mask from elsewhere that is named beside the photos', async () => {
    await put('a.jpg', 'b.jpg', ['masks/a.mask.png', masks.two]);
    expect((await convert('a.jpg', 'b.jpg', 'masks/a.mask.png')).code).toBe(0);
    expect(made()).toEqual({ 'a.jpg': 'two', 'b.jpg': 'none' });
  });

  it.each([
    [['--mask', 'x.mask.png'], /--mask x\.mask\.png matches no photo here; name it like its photo/],
    [['--mask', 'a.mask.png'], /--mask a\.mask\.png matches more than one photo/],
    [['--mask', 'masks/b.mask.png', '--mask', 'b.mask.png'], /--mask b\.mask\.png is a second mask for the same photo/],
    [['--mask', 'nothing.png'], /nothing\.png: no such file/],
    [['--mask', 'masks'], /masks is not a file/],
    [['--mask', 'b.mask.png', '--model', 'hosted'], /The model hosted does not use masks; .*--no-mask.*\(MASK_UNSUPP/],
  ])('ends with 2 on %j', async (flags, message) => {
    await put('more/a.jpg', 'less/a.jpg', 'b.jpg', 'a.mask.png', 'b.mask.png', 'masks/b.mask.png', 'x.mask.png');
    const wrong = await convert('more/a.jpg', 'less/a.jpg', 'b.jpg', ...flags);
    expect(wrong.err).toMatch(message);
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(seen.size).toBe(0);
  });

  it('says where only masks are named, in German too', async () => {
    await put('a.mask.png');
    for (const command of ['convert', 'cuts']) {
      const message =
        'image2model: a.mask.png is named like a mask, and no photo was given; rename it if it is a photo\n';
      expect(await run(command, 'a.mask.png')).toEqual({ code: 2, out: '', err: message });
      expect((await german(command, 'a.mask.png')).err).toContain('a.mask.png heißt wie eine Maske');
    }
  });

  it('makes the others where a mask is no good, and names the mask', async () => {
    const wide = await mask({ width: 64, height: 32 });
    await put('a.jpg', ['a.mask.png', wide], 'b.jpg', ['b.mask.png', Buffer.from('no image')], 'c.jpg');
    const some = await convert('a.jpg', 'b.jpg', 'c.jpg');
    expect(some).toMatchObject({ code: 1, out: 'out/c.glb\n' });
    expect(some.err).toMatch(/^a\.jpg: a\.mask\.png is 64 × 32 pixels but its photo is 32 × 32; .* \(MASK_INVALID\)$/m);
    expect(some.err).toMatch(/^b\.jpg: b\.mask\.png can’t be used as a mask; .* \(UNSUPPORTED_IMAGE_TYPE\)$/m);
    const said = await german('convert', 'a.jpg', '-o', 'out');
    expect(said.err).toMatch(/^a\.jpg: a\.mask\.png hat 64 × 32 Pixel, das Foto dazu 32 × 32; /m);
  });

  it('has the mask of each photo in its JSON lines', async () => {
    await put('a.jpg', 'a.mask.png', 'b.jpg');
    const json = await convert('a.jpg', 'b.jpg', '--json');
    expect(json).toMatchObject({ code: 0, err: '' });
    const completed = lines(json).filter((line) => (line as { event: string }).event === 'completed');
    expect(completed).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ input: 'a.jpg', mask: 'a.mask.png' }),
        expect.not.objectContaining({ mask: expect.anything() }),
      ]),
    );
  });
});

describe('options of the model', () => {
  it('have flags, and go with the others', async () => {
    await put('a.jpg');
    const flags = ['--shape', 'plaque', '--depth', '30', '--parts', 'largest', '--options', '{"detail":0.5}'];
    expect((await convert('a.jpg', ...flags)).code).toBe(0);
    expect(seen.get('a.jpg')?.options).toEqual({ shape: 'plaque', depth: 30, parts: 'largest', detail: 0.5 });
    expect((await convert('a.jpg', '--depth', 'medal', '--fresh')).code).toBe(0);
    expect(seen.get('a.jpg')?.options).toEqual({ depth: 'medal' });
  });

  it('are not given twice', async () => {
    await put('a.jpg');
    const twice = await convert('a.jpg', '--depth', 'medal', '--options', '{"depth":"soft"}');
    const message = 'image2model: depth is given twice: by --depth and in --options\n';
    expect(twice).toEqual({ code: 2, out: '', err: message });
  });
});

describe('image2model cuts', () => {
  it('lists the cut-outs of each photo, best first, and writes masks that convert takes', async () => {
    await put('chair.png', 'mug.jpg');
    const cuts = await run('cuts', 'chair.png', 'mug.jpg', '-o', 'masks');
    expect(cuts.code).toBe(0);
    const paths = cuts.out.trim().split('\n');
    expect(paths).toEqual(expect.arrayContaining(['masks/chair.backdrop.mask.png', 'masks/mug.relief.mask.png']));
    const listed = [...cuts.err.matchAll(/^ {2}\w+ +(\d+) % {2}(\S+)$/gm)];
    expect(listed.map(([, , path]) => path)).toEqual(paths);
    const scores = listed.filter(([line]) => line.includes('chair.')).map(([, score]) => Number(score));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(cuts.err.split('\n')[0]).toBe('chair.png');
    const { format, width, height } = await sharp(join(directory, paths[0] ?? '')).metadata();
    expect([format, width, height]).toEqual(['png', 32, 32]);

    const given = ['--mask', 'masks/chair.backdrop.mask.png', '--mask', 'masks/mug.relief.mask.png'];
    expect((await convert('chair.png', 'mug.jpg', ...given)).code).toBe(0);
    const relief = await readFile(join(directory, 'masks/mug.relief.mask.png'));
    expect(seen.get('mug.jpg')?.mask).toEqual(relief);
  });

  it('replaces nothing but the same, unless --force is given', async () => {
    await put('chair.png');
    const first = await run('cuts', 'chair.png');
    expect(await run('cuts', 'chair.png')).toEqual(first);
    const path = join(directory, 'chair.backdrop.mask.png');
    const written = await readFile(path);
    await writeFile(path, 'mine');
    const second = await run('cuts', 'chair.png');
    expect(second.out.split('\n')).toContain('chair.backdrop-2.mask.png');
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect((await run('cuts', 'chair.png', '--force')).out).toBe(first.out);
    expect(await readFile(path)).toEqual(written);
    expect((await convert('chair.png', 'chair.backdrop-2.mask.png')).err).toContain('ignored');
    expect(await readdir(directory)).not.toContainEqual(expect.stringContaining('.part'));
  });

  it('tells photos of one name apart', async () => {
    await put('chair.png', 'more/chair.png');
    const cuts = await run('cuts', 'chair.png', 'more/chair.png', '-o', 'masks');
    expect(cuts.out.split('\n')).toEqual(
      expect.arrayContaining(['masks/chair.relief.mask.png', 'masks/chair-2.relief.mask.png']),
    );
  });

  it('reports everything as JSON lines', async () => {
    await put('chair.png', ['note.png', Buffer.from('just a text')]);
    const json = await run('cuts', 'chair.png', 'note.png', '--json');
    expect(json).toMatchObject({ code: 1, err: '' });
    expect(lines(json)).toContainEqual({
      event: 'candidate',
      input: 'chair.png',
      method: 'backdrop',
      score: expect.any(Number),
      mask: 'chair.backdrop.mask.png',
    });
    expect(lines(json).slice(-2)).toEqual([
      {
        event: 'failed',
        input: 'note.png',
        code: 'UNSUPPORTED_IMAGE_TYPE',
        error: 'This file type isn’t supported; use JPEG, PNG or WebP.',
        message_id: 'mesh.type_unsupported',
      },
      { event: 'summary', total: 2, completed: 1, failed: 1, cancelled: 0 },
    ]);
  });

  it('says what is wrong with a photo, or with the server', async () => {
    await put('chair.png', ['note.png', Buffer.from('just a text')]);
    const some = await run('cuts', 'note.png', 'chair.png');
    expect(some).toMatchObject({ code: 1, out: expect.stringContaining('chair.relief.mask.png') });
    expect(some.err).toMatch(/^note\.png: This .* \(UNSUPPORTED_IMAGE_TYPE\)$/m);
    await writeFile(join(directory, 'file'), '');
    const nowhere = await run('cuts', 'chair.png', '-o', 'file/masks');
    expect(nowhere).toMatchObject({ code: 1, out: '', err: expect.stringContaining('(NOT_WRITTEN)') });
    const away = await german('cuts', 'chair.png', '--server', `http://127.0.0.1:${await freePort()}`);
    expect(away.code).toBe(3);
    expect(away.err).toMatch(/^chair\.png: Der Server ist nicht erreichbar: .*\nimage2model: Der Server ist nicht err/);
    expect(await run('cuts', 'chair.png', '-o', 'file')).toMatchObject({
      code: 2,
      err: expect.stringContaining('file is not a directory'),
    });
    expect(await run('cuts', 'nothing.png')).toMatchObject({ code: 2, err: expect.stringContaining('no such file') });
  });

  it('says that a server is too old for it', async () => {
    await put('chair.png');
    const address = await otherServer((response) => {
      response.writeHead(404, { 'content-type': 'application/problem+json' });
      response.end('{"status":404,"title":"Not found","detail":"There is no such route.","code":"NOT_FOUND"}');
    });
    const late = await run('cuts', 'chair.png', '--server', address);
    expect(late).toMatchObject({ code: 3, err: expect.stringContaining('too old for cut-outs') });
  });

  it('lets no server choose where a mask is written', async () => {
    await put('chair.png');
    const address = await otherServer((response) => {
      const cut = { id: '/../../escaped', method: 'scene', score: 1, mask: 'data:image/png;base64,AAAA' };
      response.end(JSON.stringify({ width: 1, height: 1, candidates: [cut] }));
    });
    const escaped = await run('cuts', 'chair.png', '-o', 'deep/er', '--server', address);
    expect(escaped).toMatchObject({ code: 3, out: '' });
    expect(await readdir(directory, { recursive: true })).toEqual(['chair.png']);
  });

  it('ends with 130 on Ctrl-C', async () => {
    await put('chair.png', 'mug.png');
    const asked = Promise.withResolvers<void>();
    const address = await otherServer(() => asked.resolve());
    const { child, done } = start(['cuts', 'chair.png', 'mug.png', '--json', '--server', address]);
    await asked.promise;
    child.kill('SIGINT');
    const interrupted = await done;
    expect(interrupted).toMatchObject({ code: 130, err: '' });
    expect(lines(interrupted)).toEqual([
      { event: 'cancelled', input: 'chair.png' },
      { event: 'cancelled', input: 'mug.png' },
      { event: 'summary', total: 2, completed: 0, failed: 0, cancelled: 2 },
    ]);
  });

  it('has the list alone on a terminal', () => {
    let written = '';
    const write = (piece: string): void => void (written += piece);
    const cut = { score: 0.957, note: undefined };
    const cuts = [
      { ...cut, method: 'scene', mask: 'chair.scene.mask.png' },
      { ...cut, method: 'rectangle', score: 0.05, mask: 'chair.rectangle.mask.png' },
    ];
    listCutsReporter(write, write, undefined, 'en').end(
      { given: 'chair.png', path: '/chair.png', name: 'chair.png' },
      { status: 'completed', cuts },
    );
    expect(written).toBe(
      'chair.png\n  scene       96 %  chair.scene.mask.png\n  rectangle    5 %  chair.rectangle.mask.png\n',
    );
  });

  it('starts a server of its own where none is named', async () => {
    await put('chair.png');
    const own = await start(['cuts', 'chair.png'], { IMAGE2MODEL_URL: '' }).done;
    expect(own).toMatchObject({ code: 0, out: expect.stringContaining('chair.backdrop.mask.png\n') });
  });
});
