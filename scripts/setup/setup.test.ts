import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explain } from './trouble.mjs';

let root: string;
/** A checkout like ours, with no package to download and a build that writes one page. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'image2model-setup-'));
  cpSync(join(import.meta.dirname, '..'), join(root, 'scripts'), { recursive: true });
  mkdirSync(join(root, 'packages/web/src'), { recursive: true });
  const web = { name: 'web', version: '1.0.0', scripts: { build: 'node build.mjs' } };
  json('package.json', { name: 'root', version: '1.0.0', workspaces: ['packages/web'] });
  json('packages/web/package.json', web);
  json('package-lock.json', {
    name: 'root',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'root', version: '1.0.0', workspaces: ['packages/web'] },
      'node_modules/web': { resolved: 'packages/web', link: true },
      'packages/web': { version: '1.0.0' },
    },
  });
  writeFileSync(
    join(root, 'packages/web/build.mjs'),
    `import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
     rmSync('build', { recursive: true, force: true });
     mkdirSync('build');
     writeFileSync('build/index.html', readFileSync('src/page.txt'));`,
  );
  writeFileSync(join(root, 'packages/web/src/page.txt'), 'one');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a fresh checkout is installed and its pages are built; the second time there is nothing to do', () => {
  const first = setup('start');
  expect(first.stderr).toContain('Installing');
  expect(first.stderr).toContain('Building the pages');
  expect(first.stdout).toBe('');
  expect(first.status).toBe(0);
  expect(readFileSync(join(root, 'packages/web/build/index.html'), 'utf8')).toBe('one');
  expect(setup('start')).toMatchObject({ status: 0, stderr: '' });
  expect(existsSync(join(root, '.setup.lock'))).toBe(false);
});

test('an edited page is built again, an edited test is not', () => {
  setup('start');
  writeFileSync(join(root, 'packages/web/src/page.test.ts'), '// a test');
  expect(setup('start').stderr).toBe('');
  writeFileSync(join(root, 'packages/web/src/page.txt'), 'two');
  expect(setup('start').stderr).toContain('Building the pages');
  expect(readFileSync(join(root, 'packages/web/build/index.html'), 'utf8')).toBe('two');
});

test('pages whose generated types npm has cleared away are built again', () => {
  const build = join(root, 'packages/web/build.mjs');
  const writes = `import { mkdirSync as make } from 'node:fs'; make('node_modules/$app', { recursive: true });`;
  writeFileSync(build, `${writes}\n${readFileSync(build, 'utf8')}`);
  setup('start');
  expect(setup('start').stderr).toBe('');
  rmSync(join(root, 'packages/web/node_modules'), { recursive: true });
  expect(setup('start').stderr).toContain('Building the pages');
  expect(setup('start').stderr).toBe('');
});

test('an installation that was broken off is begun anew', () => {
  setup('start');
  rmSync(join(root, 'node_modules/.package-lock.json'), { force: true });
  rmSync(join(root, 'node_modules/.cache'), { recursive: true });
  expect(setup('start').stderr).toContain('Installing');
});

test('a build that fails stops with its own words, and is tried again the next time', () => {
  writeFileSync(join(root, 'packages/web/build.mjs'), 'console.error("the page is torn"); process.exit(3);');
  for (const attempt of [setup('start'), setup('start')]) {
    expect(attempt.stderr).toContain('the page is torn');
    expect(attempt.stderr).toContain('could not be built');
    expect(attempt.status).toBe(1);
  }
});

test('a lockfile that disagrees with package.json is explained', () => {
  json('package.json', {
    name: 'root',
    version: '1.0.0',
    workspaces: ['packages/web'],
    dependencies: { web2: '1.0.0' },
  });
  const { status, stderr } = setup('start');
  expect(stderr).toMatch(/disagree|registry/);
  expect(status).toBe(1);
});

test('it must be told what for', () => {
  expect(setup('').stderr).toContain('start|test');
});

test.each([
  ['npm error code ENOTFOUND\nnpm error network request failed', 'registry could not be reached'],
  ['npm error code EACCES\nnpm error syscall mkdir', 'may not write'],
  ['npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write', 'disk is full'],
  ['npm error code EINTEGRITY', 'damaged'],
  ['something new', 'said why above'],
])('npm saying %j is put into plain words', (output, words) => {
  expect(explain(output)).toContain(words);
});

/** Runs in the copy as npm would, but with nothing of this test's own npm handed down. */
function setup(mode: string): { status: number | null; stdout: string; stderr: string } {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  return spawnSync(process.execPath, ['scripts/setup.mjs', mode], { cwd: root, env, encoding: 'utf8' });
}

function json(file: string, value: unknown): void {
  writeFileSync(join(root, file), JSON.stringify(value));
}
