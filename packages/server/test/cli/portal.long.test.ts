import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { foreignAnswers, startPortal } from '../../../../scripts/test/portal.ts';
import type { Forwarder } from '../../../../scripts/test/forwarder.ts';
import type { ForeignAnswer } from '../../../../scripts/test/portal.ts';
import { picture, startTestServer } from '../support/server.ts';
import type { TestServer } from '../support/server.ts';
import { createTriangleModel } from '../support/triangle-model.ts';

const program = resolve(import.meta.dirname, '../../src/cli/main.ts');
const key = 'key-of-the-command-line';
const paths = { upload: /\/upload\/$/, stream: /\/(stream|events)(\?|$)/, download: /\.glb$/ };

/** What is answered in place of the server, and how often. */
let interference: { of: RegExp; times: number; answer: ForeignAnswer } | undefined;
let server: TestServer;
let portal: Forwarder;
let directory: string;

function interfere({ url = '' }: IncomingMessage): ForeignAnswer | undefined {
  if (interference === undefined || interference.times === 0 || !interference.of.test(url)) return undefined;
  interference.times -= 1;
  return interference.answer;
}

const loginPage = foreignAnswers['a login page'] as ForeignAnswer;
const halfAModel: ForeignAnswer = (response) => {
  response.writeHead(200, { 'content-type': 'model/gltf-binary', 'content-length': '1000' });
  response.write('glTF', () => response.destroy());
};
const anotherModel: ForeignAnswer = (response) =>
  void response.writeHead(200, { 'content-type': 'model/gltf-binary' }).end('glTF');
const lostProblem = {
  type: 'urn:image2model:error:FILE_LOST',
  title: 'The file is lost',
  status: 410,
  detail: 'chair.glb is lost.',
  code: 'FILE_LOST',
  request_id: 'a-request',
};
const lost: ForeignAnswer = (response) =>
  void response.writeHead(410, { 'content-type': 'application/problem+json' }).end(JSON.stringify(lostProblem));

beforeAll(async () => {
  server = await startTestServer({ env: { API_KEYS: key }, model: createTriangleModel() });
  portal = await startPortal(server.address, interfere);
  directory = await mkdtemp(join(tmpdir(), 'image2model-portal-'));
  await writeFile(join(directory, 'chair.png'), await picture());
});
beforeEach(async () => {
  interference = undefined;
  await rm(join(directory, 'out'), { recursive: true, force: true });
});
afterAll(async () => {
  await portal.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function convert(args: string[] = [], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, 'convert', 'chair.png', '-o', 'out', ...args], {
    cwd: directory,
    env: {
      ...process.env,
      LC_ALL: 'C',
      IMAGE2MODEL_URL: portal.url,
      IMAGE2MODEL_API_KEY: key,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [, out, err] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code: child.exitCode, out, err };
}

const outputs = async (): Promise<string[]> => await readdir(join(directory, 'out')).catch(() => []);
const isWholeModel = async (): Promise<boolean> => {
  const bytes = await readFile(join(directory, 'out/chair.glb'));
  return bytes.subarray(0, 4).toString() === 'glTF' && bytes.readUInt32LE(8) === bytes.length;
};

describe('image2model convert, where something else answers', () => {
  it.each([
    ['the upload with a login page', paths.upload, loginPage],
    ['the stream with a login page', paths.stream, loginPage],
    ['the download with a login page', paths.download, loginPage],
    ['the download, and cuts it', paths.download, halfAModel],
    ['the download with another model', paths.download, anotherModel],
  ])('once, to %s: asks again, and writes the model', async (_, of, answer) => {
    interference = { of, times: 1, answer };
    expect(await convert()).toMatchObject({ code: 0, out: 'out/chair.glb\n' });
    expect(await outputs()).toEqual(['chair.glb']);
    expect(await isWholeModel()).toBe(true);
  });

  it.each([
    ['a login page', loginPage, /Something other than the server answered, with status 200.*\(DOWNLOAD_FAILED\)/],
    ['half a model', halfAModel, /download was interrupted.*\(DOWNLOAD_FAILED\)/],
    ['another model', anotherModel, /checksum.*\(DOWNLOAD_FAILED\)/],
    ['an error of the server', lost, /chair\.glb is lost\. \(FILE_LOST\)/],
  ])('to each download with %s: says so, and writes nothing', async (_, answer, message) => {
    interference = { of: paths.download, times: Infinity, answer };
    expect(await convert()).toMatchObject({ code: 1, out: '', err: expect.stringMatching(message) });
    expect(await outputs()).toEqual([]);
  });

  it('to each download: leaves what was there, and no empty file beside it, with --force too', async () => {
    interference = { of: paths.download, times: Infinity, answer: loginPage };
    expect((await convert(['--force'])).code).toBe(1);
    expect(await outputs()).toEqual([]);
    await mkdir(join(directory, 'out'), { recursive: true });
    await writeFile(join(directory, 'out/chair.glb'), 'mine');
    expect((await convert(['--force'])).code).toBe(1);
    expect(await readFile(join(directory, 'out/chair.glb'), 'utf8')).toBe('mine');
    expect(await outputs()).toEqual(['chair.glb']);
  });

  it('to each upload: says so and ends with 3, in German too', async () => {
    interference = { of: paths.upload, times: Infinity, answer: loginPage };
    const message = /^image2model: Something other than the server answered, with status 200/m;
    expect(await convert()).toMatchObject({ code: 3, out: '', err: expect.stringMatching(message) });
    const german = /^image2model: Geantwortet hat nicht der Server, sondern etwas anderes, mit Status 200/m;
    expect((await convert([], { LC_ALL: 'de_DE.UTF-8' })).err).toMatch(german);
  });
});
