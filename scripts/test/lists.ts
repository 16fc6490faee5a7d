import { parseCLI } from 'vitest/node';

/** The tests of `npm test`, and those of `npm run test:long`: files named `x.long.test.ts`. */
export type TestList = 'short' | 'long';

export function isTestList(name: string): name is TestList {
  return name === 'short' || name === 'long';
}

/**
 * Vitest's arguments for a list. A path or a project among those given is a choice of its own: a test that is named runs,
 * whichever list it is on.
 */
export function vitestArguments(list: TestList, args: readonly string[]): string[] {
  const { paths, projects, workers } = parse(args);
  if (paths.length > 0 || projects.length > 0) return [...args];
  if (list === 'long') return ['--project=long', ...args];
  // Vitest leaves one core free, half of a small machine. Only the long tests need it, for their browsers and servers.
  return ['--project=!long', ...(workers === undefined ? ['--maxWorkers=100%'] : []), ...args];
}

/** Whether tests that open a browser may be among those that run. */
export function opensBrowser(args: readonly string[]): boolean {
  const { paths } = parse(args);
  return paths.length === 0 || paths.some((path) => /e2e|browser/.test(path));
}

function parse(args: readonly string[]) {
  const { filter, options } = parseCLI(['vitest', 'run', ...args]);
  return { paths: filter, projects: [options.project ?? []].flat(), workers: options.maxWorkers };
}
