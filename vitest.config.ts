import { defineConfig } from 'vitest/config';

// One command runs every package's tests: `x.test.ts` beside `x.ts`, suites for several engines under `test/`.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: [
            'packages/{protocol,client,mesh,server}/{src,test}/**/*.test.ts',
            '{scripts,bench,e2e}/**/*.test.ts',
          ],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      'packages/web/vitest.config.ts',
    ],
  },
});
