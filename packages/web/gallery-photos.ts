import type { Plugin } from 'vite';

const samples = ['duck.png', 'teapot.jpg', 'cactus.jpg', 'coffee.jpg', 'pebbles.jpg'];

/**
 * Serves a sample for each photo of the gallery's jobs, in development: pictures are fetched by the browser, past the
 * gallery's answers in place of the server. No real file has such an id.
 */
export function galleryPhotos(): Plugin {
  return {
    name: 'gallery-photos',
    apply: 'serve',
    configureServer({ middlewares }) {
      middlewares.use((request, _response, next) => {
        const [, photo] = /\/photos\/00000000-0000-7000-8000-3\d{10}(\d)$/.exec(request.url?.split('?')[0] ?? '') ?? [];
        const sample = samples[Number(photo)];
        if (photo !== undefined && sample !== undefined) request.url = `/samples/${sample}`;
        next();
      });
    },
  };
}
