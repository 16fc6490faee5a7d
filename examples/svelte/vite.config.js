import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte({ configFile: false })],
  server: { proxy: { '/api': process.env.API ?? 'http://127.0.0.1:3000' } },
});
