import type { ModelList, Upload } from '@image2model/protocol';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { falRows } from '../../../src/models/fal/table.ts';
import { picture, uploadForm } from '../../support/server.ts';
import { fileOf, setUp } from './bench.ts';

describe('the models of fal.ai', () => {
  it('are offered with their options and prices', async () => {
    const { server } = await setUp();
    const list = (await (await fetch(`${server.address}/api/v1/models/available`)).json()) as ModelList;
    expect(list.models.map(({ id }) => id)).toEqual(['local', ...falRows.map(({ id }) => id)]);
    expect(list.models.find(({ id }) => id === 'fal-ai/trellis')).toMatchObject({
      requires_key: true,
      price: { amount: 0.02, currency: 'USD' },
      options_schema: { properties: { texture_size: { enum: ['512', '1024', '2048'] } } },
    });
    expect(list.models.find(({ id }) => id === 'fal-ai/triposr')?.price).toBeNull();
  });

  it.each(falRows.map(({ id }) => id))('make a model with %s, once, and of its own input alone', async (model) => {
    const bench = await setUp();
    const upload = await bench.upload({ model, face_limit: '50000' });
    const job = await bench.ended(upload);
    const file = fileOf(job);
    expect(file, JSON.stringify(file)).toMatchObject({ status: 'completed' });
    expect(file.result?.statistics.faces).toBeGreaterThan(0);
    const ledger = bench.fal.ledger();
    expect(ledger.submits).toHaveLength(1);
    expect(ledger.unknownInputs).toEqual([]);
    expect(ledger.leakedKeys).toBe(0);
    for (const extra of file.result?.extra_files ?? []) {
      const answer = await fetch(bench.server.address + extra.url);
      expect([answer.status, (await answer.bytes()).byteLength]).toEqual([200, extra.size]);
    }
  });
});

describe('what fal gets', () => {
  it('is a WebP of an AVIF, which not every model of theirs reads', async () => {
    const bench = await setUp();
    const avif = await sharp(await picture())
      .avif()
      .toBuffer();
    const body = uploadForm([['chair.avif', avif]], { model: 'fal-ai/trellis' });
    const answer = await fetch(`${bench.server.address}/api/v1/upload`, { method: 'POST', body });
    const file = fileOf(await bench.ended((await answer.json()) as Upload));
    expect(file, JSON.stringify(file)).toMatchObject({ status: 'completed' });
  });
});

describe('what fal gives', () => {
  it.each([
    ['fbx', 'FBX'],
    ['zip', 'ZIP'],
    ['html', 'HTML'],
    ['short-glb', 'GLB'],
    ['missing', 'no longer has the model'],
    ['forbidden', 'no longer has the model'],
  ] as const)('is refused where it is no GLB (%s), and said to be so (%s)', async (is, says) => {
    const bench = await setUp({ plan: { outcome: { kind: 'wrong-file', is } } });
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file).toMatchObject({ status: 'failed', details: { code: 'RESULT_INVALID', retryable: false } });
    expect(file.error).toContain(says);
    expect(bench.fal.ledger().submits).toHaveLength(1);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/model.glb',
    'https://[::1]/model.glb',
    'http://localhost/model.glb',
    'file:///etc/passwd',
  ])('is not fetched from %s', async (url) => {
    const bench = await setUp({ plan: { outcome: { kind: 'elsewhere', url } } });
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file).toMatchObject({ status: 'failed', details: { code: 'RESULT_INVALID' } });
  });

  it('is not fetched from where a redirect leads into a private network', async () => {
    const bench = await setUp();
    bench.fal.fault({ at: 'file', kind: 'redirect', to: 'http://192.168.0.1/model.glb', times: 9 });
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file).toMatchObject({ status: 'failed', details: { code: 'RESULT_INVALID' } });
  });

  it('is cut where it is too large, whether it says so or never ends', async () => {
    for (const is of ['huge', 'endless'] as const) {
      const bench = await setUp({ plan: { outcome: { kind: 'wrong-file', is } } });
      const file = fileOf(await bench.ended(await bench.upload()));
      expect(file).toMatchObject({ status: 'failed', details: { code: 'RESULT_INVALID' } });
      expect(file.error).toContain('larger than');
    }
  });

  it('is in the archive with all that came besides', async () => {
    const bench = await setUp();
    const upload = await bench.upload({ model: 'fal-ai/hunyuan3d-v3/image-to-3d' });
    const file = fileOf(await bench.ended(upload));
    expect(file.result?.extra_files?.map(({ filename }) => filename)).toEqual(['photo-0.obj', 'photo-0.fbx']);
    const zip = await (await fetch(`${bench.server.address}/api/v1/download/${upload.job_id}/archive`)).bytes();
    const text = Buffer.from(zip).toString('latin1');
    for (const name of ['photo-0.glb', 'photo-0.webp', 'photo-0.obj', 'photo-0.fbx']) expect(text).toContain(name);
  });

  it('is measured, whatever made it', async () => {
    const bench = await setUp();
    const file = fileOf(await bench.ended(await bench.upload()));
    expect(file.result?.statistics).toMatchObject({
      parts: expect.any(Number),
      watertight: expect.any(Boolean),
      size_mm: { width: expect.any(Number), height: expect.any(Number), depth: expect.any(Number) },
    });
  });
});
