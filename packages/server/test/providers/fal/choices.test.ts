import { jobSchema, modelListSchema } from '@image2model/protocol';
import { describe, expect, it } from 'vitest';
import { problem } from '../../api/support.ts';
import { picture, uploadForm } from '../../support/server.ts';
import { fileOf, setUp } from './bench.ts';
import { falModels } from './models.ts';

describe('what a person may choose', () => {
  it('is what fal accepts, at both ends of each option', async () => {
    const bench = await setUp();
    const offered = await (await fetch(`${bench.server.address}/api/v1/models/available`)).json();
    const hosted = modelListSchema.parse(offered).models.filter(({ id }) => id in falModels);
    expect(new Set(hosted.map(({ id }) => id))).toEqual(new Set(Object.keys(falModels)));
    for (const { id: model, options_schema: schema } of hosted) {
      for (const end of ['first', 'last'] as const) {
        const upload = await bench.upload({ model, options: JSON.stringify(extremes(schema, end)) });
        expect(fileOf(await bench.ended(upload)), `${model}, ${end}`).toMatchObject({ status: 'completed' });
      }
    }
    expect(bench.fal.ledger()).toMatchObject({ unknownInputs: [] });
  });

  it('is checked before a photo leaves the server', async () => {
    const bench = await setUp();
    const options = JSON.stringify({ mesh_simplify: 2, colour: 'red' });
    const body = uploadForm([['chair.png', await picture()]], { model: 'fal-ai/trellis', options });
    const answer = await fetch(`${bench.server.address}/api/v1/upload`, { method: 'POST', body });
    await problem(answer, 400, 'INVALID_OPTIONS');
    expect(bench.fal.ledger()).toMatchObject({ calls: { initiate: 0, put: 0, submit: 0 } });
  });

  it('is to cancel what still waits at fal, which then bills nothing', async () => {
    const bench = await setUp({ plan: { hold: 'queue' } });
    const upload = await bench.upload({}, 2);
    await bench.fal.until(({ submits }) => submits.length === 2);
    await fetch(`${bench.server.address}/api/v1/status/tasks/${upload.task_id}/cancel`, { method: 'POST' });
    const { submits } = await bench.fal.until(({ cancels }) => new Set(cancels).size === 2);
    expect(submits).toMatchObject([
      { cancelled: true, units: 0 },
      { cancelled: true, units: 0 },
    ]);
    expect((await bench.ended(upload)).status).toBe('cancelled');
  });

  it('is to cancel one file, while the other goes on', async () => {
    const bench = await setUp({ plan: { hold: 'run' } });
    const upload = await bench.upload({}, 2);
    await bench.fal.until(({ submits }) => submits.length === 2);
    const [first, second] = upload.uploaded_files;
    const task = `${bench.server.address}/api/v1/status/tasks/${upload.task_id}`;
    await fetch(`${task}/files/${first?.file_id}/cancel`, { method: 'POST' });
    await bench.fal.until(({ cancels }) => cancels.length === 1);
    bench.fal.release();
    const files = (await bench.ended(upload)).tasks[0]?.files ?? [];
    expect(Object.fromEntries(files.map(({ file_id, status }) => [file_id, status]))).toEqual({
      [first?.file_id ?? '']: 'cancelled',
      [second?.file_id ?? '']: 'completed',
    });
  });

  it('is to try again, and perhaps to pay again, where nobody knows what became of a request', async () => {
    const bench = await setUp();
    bench.fal.fault({ at: 'submit', kind: 'cut-after' });
    const upload = await bench.upload();
    const failed = fileOf(await bench.ended(upload));
    expect(failed).toMatchObject({ status: 'failed', details: { code: 'SUBMIT_OUTCOME_UNKNOWN' } });
    const url = `${bench.server.address}/api/v1/jobs/${upload.job_id}/retry`;
    const headers = { 'content-type': 'application/json' };
    const { task_id } = (await (await fetch(url, { method: 'POST', headers, body: '{}' })).json()) as {
      task_id: string;
    };
    const job = jobSchema.parse(await bench.ended({ ...upload, task_id }));
    expect(fileOf(job)).toMatchObject({ status: 'completed', result: { cost: { units: 1 } } });
    expect(bench.fal.ledger().submits).toHaveLength(2);
  });
});

/** A value of each option at one end of what its schema accepts. */
function extremes(schema: Record<string, unknown>, end: 'first' | 'last'): Record<string, unknown> {
  const properties = (schema['properties'] ?? {}) as Record<
    string,
    { enum?: unknown[]; type?: string; minimum?: number; maximum?: number }
  >;
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, { enum: choices, type, minimum, maximum }]) => {
      if (choices) return [[name, choices.at(end === 'first' ? 0 : -1)]];
      if (type === 'boolean') return [[name, end === 'first']];
      const bound = end === 'first' ? minimum : maximum;
      return bound === undefined ? [] : [[name, bound]];
    }),
  );
}
