import HistoryPage from '../../history/+page.svelte';
import { empty, serverWith } from '../answers.ts';
import type { JobScene, Shot } from '../job.ts';
import { appear, type GalleryGroup, type GalleryState } from '../state.ts';
import { never, noServer } from '../wire.ts';

const done = (number: number, photos: readonly Shot['photo'][]): JobScene => ({
  number,
  status: 'completed',
  shots: photos.map((photo) => ({ photo, status: 'completed' })),
});

const jobs: JobScene[] = [
  {
    number: 1,
    status: 'processing',
    shots: [
      { photo: 0, status: 'completed' },
      { photo: 1, status: 'processing', progress: 40 },
    ],
  },
  { number: 2, status: 'queued', shots: [{ photo: 2, status: 'pending' }] },
  done(3, [1]),
  done(4, [0, 1, 2, 3, 4, 0, 1]),
  {
    number: 5,
    status: 'completed',
    shots: [
      { photo: 3, status: 'completed' },
      { photo: 4, status: 'failed' },
    ],
  },
  {
    number: 6,
    status: 'failed',
    shots: [
      { photo: 4, status: 'failed', filename: 'a very long name of a photo that nobody will ever read to its end.jpg' },
    ],
  },
  { number: 7, status: 'cancelled', shots: [{ photo: 2, status: 'cancelled' }] },
];

const states: readonly Omit<GalleryState, 'shown'>[] = [
  { id: 'history-loading', title: 'Before the answer', wire: () => ({ ...empty, 'GET /jobs': never }) },
  { id: 'history-empty', title: 'Nothing made yet' },
  { id: 'history-full', title: 'Batches in every state', wire: () => serverWith(...jobs) },
  {
    id: 'history-none-found',
    title: 'A search that finds nothing',
    wire: () => serverWith(...jobs),
    enter: async () => {
      const search = await appear(() => document.querySelector<HTMLInputElement>('input[type=search]'));
      search.value = 'no such name';
      search.dispatchEvent(new Event('input', { bubbles: true }));
    },
  },
  { id: 'history-trouble', title: 'The server does not answer', wire: () => ({ ...empty, 'GET /jobs': noServer }) },
];

export const history: GalleryGroup = {
  title: 'History',
  states: states.map((state) => ({ ...state, shown: HistoryPage })),
};
