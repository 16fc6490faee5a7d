import { t } from '$lib/messages';
import ResultsPage from '../../results/[jobId]/+page.svelte';
import cactus from '../assets/cactus.webp?url';
import teapot from '../assets/teapot.webp?url';
import { empty, local, serverWith } from '../answers.ts';
import { message, messageRef } from '@image2model/protocol';
import { jobIdOf, type JobScene, type Shot } from '../job.ts';
import { generatorMessage, transparent } from '../messages.ts';
import { appear, fill, type GalleryGroup, type GalleryState, named } from '../state.ts';
import { never, problem } from '../wire.ts';

const relief = generatorMessage('mesh.relief_instead');
const shaped = {
  ...local,
  options_schema: { type: 'object', properties: { shape: { type: 'string', enum: ['auto', 'round', 'lathe'] } } },
};
const shapes = [
  { shape: 'round', score: 0.6, preview: teapot },
  { shape: 'lathe', score: 0.4, preview: cactus },
];
const made = (photo: Shot['photo'], model: Shot['model'] = {}): Shot => ({ photo, status: 'completed', model });

const one: JobScene = { status: 'completed', shots: [made(1)] };

const mixed: JobScene = {
  status: 'completed',
  shots: [
    made(0),
    made(1),
    made(2),
    {
      photo: 3,
      status: 'failed',
      filename: 'transparent.png',
      message: transparent,
      details: { code: 'NO_FOREGROUND', retryable: false },
    },
    { photo: 4, status: 'cancelled' },
  ],
};

const address = { jobId: jobIdOf() };
const at = (id: string, title: string, scene: JobScene): GalleryState => ({
  id: `results-${id}`,
  title,
  shown: ResultsPage,
  address,
  // The picture of each model stays: the viewer has a state of its own.
  wire: () => ({ ...serverWith(scene), [`GET /download/${jobIdOf()}/*`]: never }),
});
const answering = (answer: () => Response | Promise<Response>) => () => ({
  ...empty,
  [`GET /jobs/${jobIdOf()}`]: answer,
});

export const results: GalleryGroup = {
  title: 'Results',
  states: [
    { ...at('loading', 'Before the answer', one), wire: answering(never) },
    at('one', 'One model', one),
    at('many', 'Five models', { status: 'completed', shots: [made(0), made(1), made(2), made(3), made(4)] }),
    at('mixed', 'Some were not made', mixed),
    at('open', 'More are still being made', {
      status: 'processing',
      shots: [made(0), { photo: 1, status: 'processing', progress: 40 }, { photo: 2, status: 'pending' }],
    }),
    at('none', 'Nothing was made', {
      status: 'failed',
      shots: mixed.shots.filter(({ status }) => status !== 'completed'),
    }),
    at('long', 'Long texts, a price, files besides', {
      status: 'completed',
      shots: [
        {
          ...made(4, {
            reused: true,
            cost: { units: 1, unit: 'generations', amount: 0.2, currency: 'USD' },
            extra_files: [
              { filename: 'base.fbx', size: 2_400_000, mime_type: 'application/octet-stream', url: '/base.fbx' },
            ],
            statistics: {
              faces: 1_204_118,
              width: 1,
              height: 0.75,
              depth: 0.1,
              parts: 12,
              watertight: false,
              method: 'relief',
              seconds: 74.25,
              warnings: [relief.text],
              warning_messages: [messageRef(relief)],
            },
          }),
          filename: 'a-file-name-without-any-place-to-break-it-that-somebody-s-camera-made-of-the-date-20261120.jpg',
        },
      ],
    }),
    at('renewed', 'A model is being made again', {
      status: 'processing',
      shots: [{ ...made(1), status: 'processing', progress: 43 }, made(0)],
    }),
    at('kept', 'A model that could not be made again', {
      status: 'completed',
      shots: [{ ...made(1), message: message('file.remake_cancelled') }],
    }),
    {
      ...at('cutout', 'Mending a cut-out', one),
      wire: () => ({
        ...serverWith(one),
        [`GET /download/${jobIdOf()}/photos/*`]: () => fetch('/samples/teapot.jpg'),
        'GET /models/available': () => Response.json({ models: [shaped], default_model: 'local' }),
        'POST /cuts': () => Response.json({ width: 1152, height: 960, candidates: [], shapes }),
      }),
      enter: async () => {
        (await appear(() => named(t('results.cut.fix')))).click();
        await appear(() => document.querySelector('dialog canvas'));
        await appear(() => document.querySelector('dialog fieldset .veil'));
        await appear(() => document.querySelector('dialog input[value=round]'));
      },
    },
    {
      ...at('size', 'A size was chosen', one),
      enter: () => fill(t('results.size'), '62.5'),
    },
    {
      ...at('no-size', 'What was typed is no size', one),
      enter: () => fill(t('results.size'), '0'),
    },
    {
      ...at('viewer', 'The viewer', one),
      wire: () => serverWith(one),
      enter: async () => void (await appear(() => document.querySelector('canvas.ready'))),
    },
    { ...at('unknown', 'No such batch', one), wire: answering(() => problem('JOB_NOT_FOUND')) },
    { ...at('trouble', 'The server cannot answer', one), wire: answering(() => problem('INTERNAL_ERROR')) },
  ],
};
