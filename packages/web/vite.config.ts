import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';
import { galleryPhotos } from './gallery-photos.ts';

export default defineConfig({
  plugins: [
    galleryPhotos(),
    sveltekit({
      // One page that every address gets: the server answers /processing and /results/<id> with the same index.html.
      adapter: adapter({ fallback: 'index.html', precompress: true }),
      alias: { $lib: 'src/lib' },
    }),
  ],
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
});
