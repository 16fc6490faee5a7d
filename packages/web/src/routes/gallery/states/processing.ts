import ProcessingPage from '../../processing/+page.svelte';
import { empty, serverWith } from '../answers.ts';
import { message } from '@image2model/protocol';
import { eventsOf, type JobScene, type Shot, taskIdOf } from '../job.ts';
import { stage, transparent } from '../messages.ts';
import type { GalleryGroup, GalleryState } from '../state.ts';
import { never, problem, stream } from '../wire.ts';

const running: JobScene = {
  status: 'processing',
  task: { eta_seconds: 11 },
  shots: [
    { photo: 0, status: 'completed' },
    { photo: 1, status: 'processing', progress: 52, message: stage('mesh', 4) },
    { photo: 2, status: 'processing', progress: 5, message: stage('foreground', 2) },
    { photo: 3, status: 'pending' },
  ],
};

const failed: Pick<Shot, 'status' | 'message' | 'details'> = {
  status: 'failed',
  message: transparent,
  details: { code: 'NO_FOREGROUND', retryable: false },
};

const many: JobScene = {
  status: 'processing',
  task: { eta_seconds: 48 },
  shots: Array.from({ length: 25 }, (_, index) => ({
    photo: (index % 5) as Shot['photo'],
    filename: `photo ${index + 1}.jpg`,
    status: index < 9 ? 'completed' : index < 12 ? 'processing' : 'pending',
    progress: index < 9 ? 100 : index < 12 ? 12 + 30 * (index - 9) : 0,
  })),
};

const address = { taskId: taskIdOf() };
const at = (id: string, title: string, scene: JobScene): GalleryState => ({
  id: `processing-${id}`,
  title,
  shown: ProcessingPage,
  address,
  wire: () => serverWith(scene),
});
const brokenOff = () => ({
  ...serverWith(running),
  [`GET /status/tasks/${taskIdOf()}/stream`]: stream(eventsOf(running), 'break'),
});

export const processing: GalleryGroup = {
  title: 'Processing',
  states: [
    {
      ...at('opening', 'Before the first event', running),
      wire: () => ({ ...empty, [`GET /status/tasks/${taskIdOf()}/stream`]: never }),
    },
    at('queued', 'In the queue', {
      status: 'queued',
      task: { queue_position: 7, eta_seconds: 95 },
      shots: [
        { photo: 1, status: 'pending' },
        { photo: 2, status: 'pending' },
      ],
    }),
    at('running', 'At work', running),
    at('many', '25 files', many),
    at('tried-again', 'A file at its second attempt, and long texts', {
      status: 'processing',
      shots: [
        {
          photo: 1,
          status: 'processing',
          progress: 20,
          attempts: 2,
          last_error: 'The provider did not answer within 60 seconds, so the request was given up and sent once more.',
          filename: 'a-file-name-without-any-place-to-break-it-that-somebody-s-camera-made-of-the-date-20261120.jpg',
        },
        { photo: 2, status: 'pending' },
      ],
    }),
    { ...at('reconnecting', 'The connection is lost', running), wire: brokenOff },
    {
      ...at('offline', 'No network', running),
      wire: brokenOff,
      enter: () => {
        Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });
        dispatchEvent(new Event('offline'));
      },
    },
    at('completed', 'All made', {
      status: 'completed',
      shots: [
        { photo: 0, status: 'completed' },
        { photo: 1, status: 'completed' },
      ],
    }),
    at('partial', 'Some failed, one was cancelled', {
      status: 'completed',
      shots: [
        { photo: 0, status: 'completed' },
        { photo: 1, ...failed, filename: 'transparent.png' },
        { photo: 2, status: 'cancelled' },
      ],
    }),
    at('failed', 'All failed', {
      status: 'failed',
      shots: [
        { photo: 3, ...failed, filename: 'transparent.png' },
        {
          photo: 4,
          status: 'failed',
          message: message('file.worker_crashed'),
          details: { code: 'WORKER_CRASHED' },
        },
      ],
    }),
    at('cancelled', 'Cancelled', {
      status: 'cancelled',
      shots: [
        { photo: 0, status: 'cancelled' },
        { photo: 1, status: 'cancelled' },
      ],
    }),
    {
      ...at('unknown', 'No such task', running),
      wire: () => ({ ...empty, [`GET /status/tasks/${taskIdOf()}/stream`]: () => problem('TASK_NOT_FOUND') }),
    },
    { id: 'processing-none', title: 'An address without a task', shown: ProcessingPage },
  ],
};
