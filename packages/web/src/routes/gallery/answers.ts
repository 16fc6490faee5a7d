import { downloadFormats, hasEnded, type JobSummary, type ModelInfo } from '@image2model/protocol';
import teapotModel from './assets/teapot.glb?url';
import { eventsOf, type JobScene, summaryOf } from './job.ts';
import { problem, stream, type Wire } from './wire.ts';

/** The built-in model, as a server offers it. */
export const local: ModelInfo = {
  id: 'local',
  name: 'Local',
  description: 'Made on this server, without a graphics card and without sending the photo anywhere.',
  options_schema: {
    type: 'object',
    properties: {
      shape: {
        type: 'string',
        enum: ['auto', 'round', 'soft', 'flat', 'plaque', 'lathe'],
        default: 'auto',
        description: 'The body that the outline becomes',
      },
      depth: {
        anyOf: [
          { type: 'number', minimum: 1, maximum: 100 },
          { type: 'string', enum: ['medal', 'soft', 'full'] },
        ],
        description: 'How thick it becomes',
      },
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
  formats: [...downloadFormats],
  masks: true,
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
  'GET /session': () => Response.json({ authenticated: true, required: false }),
  'GET /models/available': () => Response.json({ models: [local, hosted], default_model: 'local' }),
  'GET /jobs': () => Response.json({ jobs: [], next_cursor: null }),
  'GET /health': () => Response.json({ status: 'ok', version: '0.1.0', uptime_seconds: 3600, checks: {} }),
};

/** A server with these jobs; the streams of those that have not ended stay open. */
export function serverWith(...scenes: readonly JobScene[]): Wire {
  const jobs = scenes.map((scene) => summaryOf(scene));
  const wires = scenes.map((scene, index) => jobWire(scene, jobs[index] ?? summaryOf(scene)));
  const all = scenes.flatMap((scene) => eventsOf(scene)).filter(({ type }) => type !== 'task_completed');
  return Object.assign({}, empty, ...wires, {
    'GET /jobs': () => Response.json({ jobs, next_cursor: null }),
    'GET /status/stream': stream(all),
  }) as Wire;
}

function jobWire(scene: JobScene, job: JobSummary): Wire {
  const { job_id, task_id } = job;
  const then = hasEnded(scene.status) ? 'end' : 'stay';
  return {
    [`GET /status/tasks/${task_id}/stream`]: stream(eventsOf(scene), then),
    [`GET /jobs/${job_id}`]: () => Response.json({ ...job, tasks: [] }),
    // One model stands for all: what is looked at is the viewer.
    [`GET /download/${job_id}/*`]: () => fetch(teapotModel),
    [`DELETE /jobs/${job_id}`]: () => problem('JOB_RUNNING'),
  };
}
