import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';
import { galleryPhotos } from './gallery-photos.ts';

export default defineConfig({
  plugins: [
    galleryPhotos(),
    sveltekit({
      // An HTML file for each route, and one for unknown addresses: `packages/server/src/http/pages.ts` serves them.
      adapter: adapter({ fallback: '404.html', precompress: true }),
      alias: { $lib: 'src/lib' },
      // The same start script in every HTML file, so that the content security policy names one.
      paths: { relative: false },
      // Styles are inlined: they arrive with the page and not after it.
      inlineStyleThreshold: 100_000,
    }),
  ],
  environments: {
    client: {
      build: {
        rolldownOptions: {
          output: {
            codeSplitting: {
              // What several pages need is one file: on a phone's network a request costs more than its bytes.
              groups: [
                // What the first script needs: it sets the version and the paths that the rest reads as it starts.
                { name: 'first', test: /\/client\/payload\.js|vite\/preload-helper/, priority: 1 },
                {
                  name: 'common',
                  test: (id) =>
                    !/\/(viewer|three|cutout|mesh|showcase|svelte-sonner)\/|\/(model-texts|en\/models|toast)\.ts/.test(
                      id,
                    ),
                  minShareCount: 2,
                },
              ],
            },
          },
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
});
