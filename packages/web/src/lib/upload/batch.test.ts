import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiService } from '@image2model/client';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../../../test/serve.ts';
import { Batch } from './batch.svelte.ts';
import type { Pictures } from './pictures.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A batch whose uploads go to a server that answers as a test says, and the keys that they came with. */
async function setUp(answer: Answer, models: object[] = [], pictures?: Pictures) {
  const keys: (string | undefined)[] = [];
  const baseUrl = await serve((request, response) => {
    if (request.method === 'GET') return void response.end(JSON.stringify({ models, default_model: 'local' }));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      keys.push(request.headers['idempotency-key']?.toString());
      answer(request, response, Buffer.concat(chunks).toString('latin1'));
    });
  });
  const batch = new Batch(new ApiService({ baseUrl }), { ...(pictures && { pictures }) });
  onTestFinished(() => batch.close());
  return { batch, keys };
}

const photo = (name: string) => new File([new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), name], name);
const photos = (count: number) => Array.from({ length: count }, (_, index) => photo(`photo ${index}.jpg`));

const refuse = (response: ServerResponse, code: string, errors: object[] = []) =>
  response
    .writeHead(422, { 'Content-Type': 'application/problem+json' })
    .end(JSON.stringify({ status: 422, title: 'No', detail: 'It was refused', code, request_id: 'r', errors }));

const accept = (response: ServerResponse) => response.end(JSON.stringify({ task_id: 't', uploaded_files: [] }));

test('the same photos and choices are sent with the same key again, others with another', async () => {
  const { batch, keys } = await setUp((_, response) => refuse(response, 'INVALID_REQUEST'));
  await batch.add(photos(2));
  await batch.send();
  await batch.send();
  expect(batch.error).toBe('The server didn’t understand the request. Reload the page and try again.');
  batch.choice.faceLimit = '500';
  await batch.send();
  const [first, second, third] = keys;
  // Printable ASCII, as the server asks for, and too much of it to be guessed.
  expect(first).toMatch(/^[!-~]{22,255}$/);
  expect([second === first, third === first]).toEqual([true, false]);
});

test('of more than 25 photos the first 25 are sent, and the rest stay for the next batch', async () => {
  const sent: number[] = [];
  const { batch } = await setUp((_, response, body) => {
    sent.push(body.match(/name="files"/g)?.length ?? 0);
    accept(response);
  });
  await batch.add(photos(27));
  expect([batch.going.length, batch.later.length]).toEqual([25, 2]);
  expect(await batch.send()).toBe('t');
  expect(batch.photos.map(({ file }) => file.name)).toEqual(['photo 25.jpg', 'photo 26.jpg']);
  expect(await batch.send()).toBe('t');
  expect([sent, batch.photos.length]).toEqual([[25, 2], 0]);
});

test('a rejection stands at its photo, though another has the same name, and the others are sent under a new key', async () => {
  const errors = [{ code: 'IMAGE_UNDECODABLE', detail: 'The image is damaged.', filename: 'image (2).jpg' }];
  const { batch, keys } = await setUp((_, response, body) => {
    if (body.includes('image (2).jpg')) refuse(response, 'IMAGE_UNDECODABLE', errors);
    else accept(response);
  });
  await batch.add([photo('image.jpg'), photo('image.jpg'), new File(['text'], 'notes.txt')]);
  expect(await batch.send()).toBe('t');
  expect(new Set(keys).size).toBe(2);
  expect(batch.photos.map(({ error }) => error)).toEqual([
    'The image is damaged. Save it again as JPEG or PNG.',
    'This file type isn’t supported. Use JPEG, PNG or WebP.',
  ]);
  expect([batch.error, batch.ended]).toEqual(['', { taskId: 't' }]);
});

test('an upload that is stopped keeps its photos and says so', async () => {
  const { batch } = await setUp(() => batch.stop());
  await batch.add(photos(1));
  expect(await batch.send()).toBeUndefined();
  expect([batch.sending, batch.good.length, batch.note]).toEqual([
    undefined,
    1,
    'Stopped. Your photos are still here.',
  ]);
});

test('a picture that turns out too large or too small is not sent', async () => {
  const { batch } = await setUp((_, response) => accept(response));
  await batch.add(photos(3));
  const [large, small, good] = batch.photos;
  large?.measured({ width: 9000, height: 9000 });
  small?.measured({ width: 300, height: 8 });
  good?.measured({ width: 300, height: 200 });
  expect(batch.good.map(({ id }) => id)).toEqual([good?.id]);
});

test('a chosen cut-out goes with its photo, under its name and another key, to a model that uses masks', async () => {
  const bodies: string[] = [];
  const local = { id: 'local', options_schema: {}, masks: true };
  const { batch, keys } = await setUp(
    (_, response, body) => {
      bodies.push(body);
      refuse(response, 'INVALID_REQUEST');
    },
    [local, { id: 'hosted', options_schema: {} }],
  );
  await batch.choice.load();
  await batch.add([photo('chair.jpg'), photo('chair.jpg')]);
  const [, second] = batch.photos;
  const cut = (key: string) => ({ method: 'mask' as const, mask: new Blob([key]), veil: new Blob(), key });
  await batch.send();
  if (second) second.chosen = cut('first-choice');
  await batch.send();
  await batch.send();
  if (second) second.chosen = cut('other-choice');
  await batch.send();
  batch.choice.choose('hosted');
  await batch.send();
  const masks = bodies.map((body) => body.match(/name="masks"; filename="[^"]*"[^]*?-choice/)?.[0].split(/\s/));
  expect(masks.map((mask) => mask?.at(-1))).toEqual([
    undefined,
    'first-choice',
    'first-choice',
    'other-choice',
    undefined,
  ]);
  expect(masks[1]?.join(' ')).toContain('filename="chair (2).jpg"');
  expect([keys[1] === keys[0], keys[2] === keys[1], keys[3] === keys[2]]).toEqual([false, true, false]);
});

test('a photo that the browser cannot decode is told before anything is sent, and is not counted as ready', async () => {
  const pictures: Pictures = {
    measure: async ({ name }) => (name === 'no photo.jpg' ? undefined : { width: 300, height: 200 }),
    // Its head is whole, as that of a truncated one.
    thumbnail: async ({ name }) => (name === 'cut off.jpg' ? undefined : 'data:,'),
    cut: async () => undefined,
    fit: async () => undefined,
  };
  const { batch, keys } = await setUp((_, response) => accept(response), [], pictures);
  await batch.add([photo('whole.jpg'), photo('cut off.jpg'), photo('no photo.jpg'), new File(['GIF89a'], 'b.gif')]);
  const damaged = 'The photo is damaged or incomplete. Save it again, or choose another one.';
  expect(batch.photos.map(({ error }) => error)).toEqual([
    '',
    damaged,
    damaged,
    'GIF isn’t supported. Use JPEG, PNG or WebP.',
  ]);
  expect([batch.going.length, batch.note, keys]).toEqual([1, '1 ready · 3 can’t be used', []]);
});

test('the line after a drop counts everything that is in the tray', async () => {
  const { batch } = await setUp((_, response) => accept(response));
  await batch.add([...photos(2), new File(['text'], 'notes.txt')]);
  expect(batch.note).toBe('2 ready · 1 can’t be used');
  await batch.add([photo('one more.jpg')]);
  expect(batch.note).toBe('3 ready · 1 can’t be used');
});

test('the same photo under another name is told, and is kept or removed as somebody decides', async () => {
  const { batch } = await setUp((_, response) => accept(response));
  const copy = (name: string) => new File([photo('chair.jpg')], name);
  await batch.add([photo('chair.jpg'), photo('lamp.jpg')]);
  await batch.add([copy('copy.jpg'), copy('another.jpg')]);
  expect(batch.photos.map(({ twinOf }) => twinOf)).toEqual(['', '', 'chair.jpg', 'chair.jpg']);
  expect(batch.going.length).toBe(4);
  batch.keepTwins();
  expect([batch.twins.length, batch.good.length]).toEqual([0, 4]);
  await batch.add([copy('third.jpg')]);
  batch.removeTwins();
  expect(batch.photos.map(({ file }) => file.name)).toEqual(['chair.jpg', 'lamp.jpg', 'copy.jpg', 'another.jpg']);
  // Without the one that they are the same as, nothing is there twice.
  await batch.add([new File([photo('lamp.jpg')], 'lamp again.jpg')]);
  const [, lamp] = batch.photos;
  expect(batch.twins.length).toBe(1);
  batch.remove(lamp?.id ?? '');
  expect(batch.twins.length).toBe(0);
});

test('a photo that is too large or of another type is made acceptable, under a name of its own', async () => {
  const large = new Uint8Array(10 * 1024 * 1024 + 1);
  large.set([0xff, 0xd8, 0xff, 0xe0]);
  const heic = (name: string) => new File(['\0\0\0\u0018ftypheic', name], name);
  let isAway = true;
  const fixes: string[] = [];
  const pictures: Pictures = {
    measure: async ({ name, size }) =>
      /\.heic$/i.test(name) ? undefined : size < 1000 ? { width: 10_000, height: 8000 } : { width: 4000, height: 3000 },
    thumbnail: async () => 'data:,',
    cut: async () => undefined,
    fit: async ({ name }, fix) => {
      fixes.push(`${fix} ${name}`);
      return name === 'later.HEIC' && isAway ? undefined : new Blob([new Uint8Array(1000)], { type: 'image/jpeg' });
    },
  };
  const { batch } = await setUp((_, response) => accept(response), [], pictures);
  await batch.add([photo('chair.jpg'), heic('chair.heic'), new File([large], 'large.jpg'), heic('later.HEIC')]);
  expect(fixes).toEqual(['scale chair.jpg', 'convert chair.heic', 'scale large.jpg', 'convert later.HEIC']);
  expect(batch.good.map(({ file, fitted }) => [file.name, file.size, fitted])).toEqual([
    ['chair.jpg', 1000, 'Scaled down from 80 megapixels'],
    ['chair (2).jpg', 1000, 'Converted from HEIC'],
    ['large.jpg', 1000, 'Scaled down from 10.5 MB'],
  ]);
  expect([batch.note, batch.bad.length, batch.fixable.length]).toEqual(['3 ready · 1 can’t be used', 1, 1]);
  isAway = false;
  await batch.fit();
  expect([batch.note, batch.good.at(-1)?.file.name]).toEqual(['4 ready', 'later.jpg']);
});
