import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  server: { proxy: { '/api': process.env.API ?? 'http://127.0.0.1:3000' } },
});
