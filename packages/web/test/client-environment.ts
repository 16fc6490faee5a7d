import type { Environment } from 'vitest/runtime';

/** Plain Node, but with Vite compiling as for a browser: Svelte's state then reacts as it does on the page. */
const environment: Environment = {
  name: 'client',
  viteEnvironment: 'client',
  setup: () => ({ teardown: () => undefined }),
};

// Vitest takes the default export.
export default environment;
