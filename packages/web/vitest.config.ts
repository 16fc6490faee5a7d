import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The pages' tests are a project of their own, since `.svelte.ts` files are compiled, here as for a browser.
export default defineConfig({
  plugins: [svelte({ configFile: false })],
  resolve: { conditions: ['browser'] },
  test: {
    name: 'web',
    include: ['{src,test}/**/*.test.ts'],
    environment: './test/client-environment.ts',
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    server: { deps: { inline: [/svelte/] } },
  },
});
