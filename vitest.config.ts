import { configDefaults, defineConfig } from 'vitest/config';

// `x.test.ts` is part of `npm test`; `x.long.test.ts`, which takes longer, of `npm run test:long`.
const testsOutsidePages = (ending: string): string[] => [
  `packages/{protocol,client,mesh,server}/{src,test,scripts}/**/*${ending}`,
  `{scripts,bench,e2e}/**/*${ending}`,
];
// A state that a test waits for comes late on a busy machine.
const timeouts = { testTimeout: 60_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };
// Later still where browsers draw 3D without a graphics card.
const longTimeouts = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 90_000 } } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: testsOutsidePages('.test.ts'),
          exclude: [...configDefaults.exclude, '**/*.long.test.ts'],
          ...timeouts,
        },
      },
      { test: { name: 'long', include: testsOutsidePages('.long.test.ts'), ...longTimeouts } },
      'packages/web/vitest.config.ts',
    ],
  },
});
