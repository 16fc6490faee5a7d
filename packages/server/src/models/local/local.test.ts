import { message } from '@image2model/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ModelError } from '../errors.ts';
import { createLocalModel } from './local.ts';
import { mask } from '../../../test/support/masks.ts';
import { picture } from '../../../test/support/server.ts';
import type { ModelContext, ModelReport } from '../contract.ts';

const worker = new URL('../../../test/support/unruly-worker.ts', import.meta.url);
const quiet: ModelContext = {
  signal: new AbortController().signal,
  report: () => undefined,
  remembered: undefined,
  remember: () => Promise.resolve(),
  abandon: () => Promise.resolve(),
};

function setUp() {
  const model = createLocalModel({ threads: 1, worker, threadHeapMb: 64 });
  onTestFinished(() => model.close());
  const reports: ModelReport[] = [];
  const seen = Promise.withResolvers<void>();
  function run(wish: string, signal = new AbortController().signal, faceLimit: number | null = null) {
    const bytes = Buffer.from(wish);
    return model.generate(
      { fileId: 'f', pictures: [{ filename: 'f.png', contentType: 'image/png', bytes }] },
      { faceLimit, options: {} },
      {
        signal,
        report: (report) => {
          reports.push(report);
          seen.resolve();
        },
        remembered: undefined,
        remember: () => Promise.resolve(),
        abandon: () => Promise.resolve(),
      },
    );
  }
  return { model, reports, run, started: seen.promise };
}

describe('the local model', () => {
  it('passes the image to a thread, and its result and every report back', async () => {
    const { reports, run } = setUp();
    const made = await run('photo', undefined, 500);
    expect(Buffer.from(made.glb).toString()).toBe('photo');
    expect(made.preview?.contentType).toBe('image/webp');
    const { volume_mm3, ...measured } = made.statistics;
    expect(measured).toMatchObject({
      faces: 500,
      width: 1,
      size_mm: { width: 1000, height: 500, depth: 250 },
      parts: 2,
      watertight: true,
    });
    expect(measured).not.toHaveProperty('volume');
    expect(volume_mm3).toBeCloseTo(1e8, 0);
    expect(made.statistics.warnings).toEqual([
      JSON.stringify({ mode: 'auto', shape: 'auto', detail: 0, parts: 'all', faceLimit: 500 }),
    ]);
    expect(made.statistics.warning_messages).toEqual([{ message_id: 'test.options', message_values: { faces: 500 } }]);
    expect(reports).toEqual([{ stage: 'decode', fraction: 0.1, message: { text: 'Doing: photo' } }]);
  });

  it('cuts a photo out by its mask, and keeps the bytes of both', async () => {
    const model = createLocalModel({ threads: 1 });
    onTestFinished(() => model.close());
    const { options } = model.checkOptions({}) as { options: Record<string, unknown> };
    const [bytes, outline] = [await picture(), await mask({ width: 64, height: 64 })];
    const made = await model.generate(
      { fileId: 'f', pictures: [{ filename: 'f.png', contentType: 'image/png', bytes }], mask: { bytes: outline } },
      { faceLimit: 500, options },
      quiet,
    );
    expect(made.statistics).toMatchObject({ method: 'mask' });
    expect([bytes.length > 0, outline.length > 0]).toEqual([true, true]);
  });

  it('stops a thread in the middle of a computation within a second', async () => {
    const { run, started } = setUp();
    const abort = new AbortController();
    const spinning = run('spin', abort.signal);
    await started;
    const at = performance.now();
    abort.abort('cancelled');
    await expect(spinning).rejects.toBe('cancelled');
    expect(performance.now() - at).toBeLessThan(1000);
    expect((await run('photo')).statistics.faces).toBe(0);
  });

  it('says of a thread that it had too little memory', async () => {
    const { run } = setUp();
    const error: unknown = await run('overflow').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' });
    expect((await run('photo')).statistics.faces).toBe(0);
  });

  it('treats a thread that dies as a retryable error', async () => {
    const { run } = setUp();
    const error: unknown = await run('crash').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ code: 'WORKER_CRASHED', retryable: true });
    expect((await run('photo')).statistics.faces).toBe(0);
  });

  it('says why an image was rejected', async () => {
    const { run } = setUp();
    await expect(run('reject')).rejects.toMatchObject({
      name: 'ModelError',
      code: 'NO_FOREGROUND',
      message: 'Nothing is to be seen',
      retryable: false,
    });
  });

  it('keeps the cause of an internal error, for the log only', async () => {
    const { run } = setUp();
    const error: unknown = await run('fail').catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(ModelError);
    expect((error as Error).cause).toMatchObject({ message: 'x is undefined' });
  });

  it('can be closed twice, even while it works', async () => {
    const { model, run, started } = setUp();
    const spinning = run('spin').catch((error: unknown) => error);
    await started;
    await model.close();
    await model.close();
    expect(await spinning).toBeInstanceOf(ModelError);
  });

  it('fills in options, and reports invalid ones', () => {
    const { model } = setUp();
    const defaults = { mode: 'auto', shape: 'auto', detail: 0, parts: 'all' };
    expect(model.checkOptions(undefined)).toEqual({ options: defaults });
    for (const depth of ['medal', 'soft', 'full', 1, 12.5, 100]) {
      expect(model.checkOptions({ depth, shape: 'lathe' })).toEqual({
        options: { ...defaults, shape: 'lathe', depth },
      });
    }
    for (const depth of [0, 101, 'deep', null, '50']) {
      expect(model.checkOptions({ depth })).toEqual({
        problems: [
          message('option.number_or_choice', { option: 'depth', min: 1, max: 100, names: 'medal, soft, full' }),
        ],
      });
    }
    expect(model.checkOptions({ shape: 'cube' })).toEqual({
      problems: [message('option.choice', { option: 'shape', names: 'auto, round, soft, flat, plaque, lathe' })],
    });
    expect(model.checkOptions({ detail: 2, colour: 'red' })).toEqual({
      problems: [
        message('option.number', { option: 'detail', min: 0, max: 1 }),
        message('option.unknown', { option: 'colour', names: 'mode, shape, depth, detail, parts' }),
      ],
    });
    expect(model.checkOptions('deep')).toEqual({ problems: [message('option.object')] });
    expect(model.describe().options_schema).toMatchObject({ type: 'object', additionalProperties: false });
  });
});
