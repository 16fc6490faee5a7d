import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { runNpm } from './npm.mjs';
import { Trouble, codeOf } from './trouble.mjs';

/** What the built pages depend on. */
const SOURCES = ['packages/web', 'packages/client/src', 'packages/protocol/src', 'package-lock.json'];
const SKIPPED = /(^|\/)(build|node_modules|\.svelte-kit|test)(\/|$)|\.test\.ts$|\.md$/;

/**
 * Whether the pages were built from exactly these sources.
 *
 * @param {string} root
 */
export function pagesAreCurrent(root) {
  if (!hasPages(root)) return true;
  try {
    return readFileSync(stampFile(root), 'utf8') === stampFor(root, fingerprint(root));
  } catch {
    return false;
  }
}

/**
 * Builds the pages, where there are any, into `packages/web/build`.
 *
 * @param {string} root
 * @param {(pid: number) => void} started told the id of each process that does the work
 */
export async function buildPages(root, started) {
  if (!hasPages(root)) return;
  process.stderr.write('Building the pages: about 10 s. Only when they have changed.\n');
  // Taken before, so that an edit during the build is not missed.
  const before = fingerprint(root);
  const { status, output } = await runNpm(root, ['run', '--workspace', 'packages/web', 'build'], started);
  if (status !== 0 || !existsSync(join(root, 'packages/web/build'))) {
    throw new Trouble(
      `${output.split('\n').slice(-25).join('\n')}\nThe pages could not be built; the lines above say why.`,
    );
  }
  writeFileSync(stampFile(root), stampFor(root, before));
}

/** @param {string} root */
function hasPages(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages/web/package.json'), 'utf8'));
  return manifest.scripts?.build !== undefined;
}

/** @param {string} root */
function stampFile(root) {
  return join(root, 'packages/web/build/.stamp');
}

/**
 * npm clears away the types that SvelteKit writes beside the packages when it builds, and linter, type checker and tests
 * need them: where they were there and are gone, the stamp no longer fits.
 *
 * @param {string} root
 * @param {string} sources
 */
function stampFor(root, sources) {
  const types = existsSync(join(root, 'packages/web/node_modules/$app')) ? 'with' : 'without';
  return `${sources} ${types} types`;
}

/**
 * One hash over names and contents: some two hundred files, about 10 ms.
 *
 * @param {string} root
 */
function fingerprint(root) {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of filesBelow(join(root, source), root)) {
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(root, file)))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/**
 * Paths relative to the root, with forward slashes, in a fixed order.
 *
 * @param {string} path
 * @param {string} root
 * @returns {string[]}
 */
function filesBelow(path, root) {
  const name = relative(root, path).split(sep).join('/');
  if (SKIPPED.test(name)) return [];
  let entries;
  try {
    entries = readdirSync(path).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return [name];
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
  return entries.flatMap((entry) => filesBelow(join(path, entry), root));
}
