import { t } from '$lib/messages';
import UploadPage from '../../+page.svelte';
import { empty } from '../answers.ts';
import { appear, type GalleryGroup, type GalleryState, named, paste, sample } from '../state.ts';
import { never, noServer, problem } from '../wire.ts';

const longName =
  'IMG_20261120_093011_kitchen-table-with-the-old-teapot-of-my-grandmother-and-without-its-lid-final-version-2.jpg';

const three = async () => [
  await sample('duck.png'),
  await sample('teapot.jpg'),
  await sample('cactus.jpg', 'Potted cactus.jpg'),
];

/** Thumbnails are made of the photos in sight, after the cards are drawn. */
async function pick(files: readonly File[], pictures = files.length): Promise<void> {
  await paste(files);
  await appear(() => document.querySelectorAll('main .photo img')[pictures - 1]);
  // Each is cut out after it is shown, unless the model has no use for it.
  const cuts = document.querySelectorAll('main .photo .cut').length;
  if (cuts > 0) await appear(() => document.querySelectorAll('main .photo .veil')[cuts - 1]);
}

async function pickThree(): Promise<void> {
  await pick(await three());
  // Shown once all of them are added: sending earlier would show it or not, by chance.
  await appear(() =>
    [...document.querySelectorAll('main [role=status]')].find(({ textContent }) => textContent !== ''),
  );
}

async function send(): Promise<void> {
  await pickThree();
  (await appear(() => document.querySelector<HTMLElement>('main button[type=submit]:enabled'))).click();
}

const states: readonly Omit<GalleryState, 'shown'>[] = [
  { id: 'upload-empty', title: 'Nothing picked yet' },
  { id: 'upload-photos', title: 'Three good photos', enter: pickThree },
  {
    id: 'upload-one',
    title: 'One photo with a long name',
    enter: async () => pick([await sample('teapot.jpg', longName)]),
  },
  {
    id: 'upload-long',
    title: 'Long names: of 200 letters, from right to left, of emoji alone, and a bad file among them',
    enter: async () => {
      const files = [
        await sample('duck.png', `${'Donaudampfschifffahrtsgesellschaft'.repeat(6).slice(0, 196)}.png`),
        await sample('teapot.jpg', 'صورة إبريق الشاي القديم الذي ورثته عن جدتي على طاولة المطبخ.jpg'),
        await sample('cactus.jpg', `${'🌵🪴'.repeat(20)}.jpg`),
        new File(['Not a photo'], `${'very-long-notes-'.repeat(12)}.txt`, { type: 'text/plain' }),
      ];
      await pick(files, 3);
    },
  },
  {
    id: 'upload-bad',
    title: 'Bad files among good ones, each saying why',
    enter: async () => {
      const text = new File(['Not a photo'], 'notes.txt', { type: 'text/plain' });
      const heic = new File(['\0\0\0\u0018ftypheic\0\0\0\0mif1heic'], 'IMG_0042.HEIC', { type: 'image/heic' });
      await pick([...(await three()), text, heic, new File([], 'empty.jpg', { type: 'image/jpeg' })], 3);
    },
  },
  {
    id: 'upload-options',
    title: 'The options of the model',
    enter: async () => {
      await pickThree();
      (await appear(() => named(t('upload.options')))).click();
    },
  },
  {
    id: 'upload-cutout',
    title: 'Choosing and mending a cut-out',
    enter: async () => {
      await pick([await sample('coffee.jpg')]);
      (await appear(() => document.querySelector<HTMLElement>('.cut'))).click();
      await appear(() => document.querySelector('dialog canvas'));
      await appear(() => document.querySelector('dialog fieldset .veil'));
    },
  },
  {
    id: 'upload-hosted',
    title: 'A hosted model with its price and all kinds of options',
    enter: async () => {
      await pickThree();
      const select = await appear(() =>
        [...document.querySelectorAll('select')].find(({ options }) => options.length === 2),
      );
      select.selectedIndex = 1;
      select.dispatchEvent(new Event('change', { bubbles: true }));
      (await appear(() => named(t('upload.options')))).click();
    },
  },
  { id: 'upload-sending', title: 'On their way', wire: () => ({ ...empty, 'POST /upload': never }), enter: send },
  {
    id: 'upload-no-models',
    title: 'The server does not answer',
    wire: () => ({ ...empty, 'GET /models/available': noServer }),
    enter: pickThree,
  },
  {
    id: 'upload-sign-in',
    title: 'A server that asks for a key',
    fresh: true,
    wire: () => ({
      ...empty,
      'GET /session': () => Response.json({ authenticated: false, required: true }),
      'GET /models/available': () => problem('UNAUTHENTICATED'),
      'POST /session': () => problem('UNAUTHENTICATED', 'The API key is not valid.'),
    }),
  },
];

export const upload: GalleryGroup = {
  title: 'Upload',
  states: states.map((state) => ({ ...state, shown: UploadPage })),
};
