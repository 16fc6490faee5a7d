import { hasEnded, type JobSummary, type ModelInfo } from '@image2model/protocol';
import teapotModel from './assets/teapot.glb?url';
import { eventsOf, type JobScene, summaryOf } from './job.ts';
import { json, problem, stream, type Wire } from './wire.ts';

/** The built-in model, as a server offers it. */
export const local: ModelInfo = {
  id: 'local',
  name: 'Local',
  description: 'Made on this server, without a graphics card and without sending the photo anywhere.',
  options_schema: {
    type: 'object',
    properties: {
      depth: { type: 'string', enum: ['medal', 'soft', 'full'], default: 'full', description: 'How thick it becomes' },
      detail: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        default: 0,
        description: 'How much of the shading is embossed',
      },
      mode: { type: 'string', enum: ['auto', 'object', 'relief'], default: 'auto', description: 'Object or relief' },
    },
  },
  formats: ['glb', 'obj', 'stl', 'ply', 'usdz'],
  requires_key: false,
  typical_seconds: 3,
  price: { amount: 0, currency: 'USD', unit: 'models' },
};

/** A hosted model: with a price, and with every kind of option. */
export const hosted: ModelInfo = {
  id: 'fal-ai/tripo/v3',
  name: 'Tripo v3 (fal.ai)',
  description: 'Made by fal.ai: the photo leaves this machine. Shows the back as well as the front.',
  options_schema: {
    type: 'object',
    properties: {
      texture: { type: 'string', enum: ['no', 'standard', 'HD'], default: 'standard', description: 'Of the surface' },
      style: {
        type: 'string',
        enum: ['none', 'cartoon', 'clay', 'steampunk', 'barbie', 'christmas'],
        default: 'none',
      },
      seed: { type: 'integer', description: 'The same number gives the same model' },
      quad: { type: 'boolean', default: false, description: 'Faces of four corners' },
      prompt: { type: 'string', description: 'What it is, in a few words' },
      guidance: { type: 'number', minimum: 0, maximum: 20, default: 7.5 },
    },
  },
  formats: ['glb'],
  requires_key: true,
  typical_seconds: 75,
  price: { amount: 0.2, currency: 'USD', unit: 'generations' },
};

/** A server with nothing on it, open to everybody. */
export const empty: Wire = {
  'GET /session': () => json({ authenticated: true, required: false }),
  'GET /models/available': () => json({ models: [local, hosted], default_model: 'local' }),
  'GET /jobs': () => json({ jobs: [], next_cursor: null }),
  'GET /health': () => json({ status: 'ok', version: '0.1.0', uptime_seconds: 3600, checks: {} }),
};

/** A server with these jobs; the streams of those that have not ended stay open. */
export function serverWith(...scenes: readonly JobScene[]): Wire {
  const jobs = scenes.map((scene) => summaryOf(scene));
  const wires = scenes.map((scene, index) => jobWire(scene, jobs[index] ?? summaryOf(scene)));
  const all = scenes.flatMap((scene) => eventsOf(scene)).filter(({ type }) => type !== 'task_completed');
  return Object.assign({}, empty, ...wires, {
    'GET /jobs': () => json({ jobs, next_cursor: null }),
    'GET /status/stream': stream(all),
  }) as Wire;
}

function jobWire(scene: JobScene, job: JobSummary): Wire {
  const { job_id, task_id, files } = job;
  const ended = hasEnded(scene.status);
  const events = eventsOf(scene);
  const models = files.flatMap(({ result }) => (result === null ? [] : [result]));
  const byId = files.map(({ file_id, filename, status, progress, message }) => [
    file_id,
    { filename, status, progress, message },
  ]);
  const progress = {
    job_id,
    overall_progress: ended ? 100 : 50,
    total_files: job.total_files,
    completed_files: job.completed_files,
    failed_files: job.failed_files,
    files: Object.fromEntries(byId) as object,
    timestamp: 1,
  };
  const list = {
    job_id,
    files: models,
    download_urls: models.map(({ filename }) => `/api/v1/download/${job_id}/${filename}`),
    total_files: models.length,
  };
  return {
    [`GET /status/tasks/${task_id}/stream`]: stream(events, ended ? 'end' : 'stay'),
    [`GET /status/jobs/${job_id}/progress`]: () => json(progress),
    [`GET /jobs/${job_id}`]: () => json({ ...job, tasks: [] }),
    [`GET /download/${job_id}/all`]: () => json(list),
    // One model stands for all: what is looked at is the viewer.
    [`GET /download/${job_id}/*`]: () => fetchAsset(teapotModel),
    [`DELETE /jobs/${job_id}`]: () => problem('JOB_RUNNING'),
  };
}

function fetchAsset(url: string): Promise<Response> {
  return fetch(url);
}
