/*
 * Makes a checkout ready: `node scripts/setup.mjs start` before the server, `… test` before tests and checks. It runs on
 * the machine's own Node, before anything is installed: built-ins alone, plain JavaScript. What it says goes to stderr,
 * since the command line's stdout may be piped. Nothing to do costs well under 100 ms.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Trouble } from './setup/trouble.mjs';
import { install, installed } from './setup/install.mjs';
import { buildPages, pagesAreCurrent } from './setup/pages.mjs';
import { withLock } from './setup/lock.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const mode = process.argv[2];

try {
  if (mode !== 'start' && mode !== 'test') throw new Trouble('Say what for: node scripts/setup.mjs start|test');
  if (!installed(root, mode) || !pagesAreCurrent(root)) {
    await withLock(join(root, '.setup.lock'), async (alsoHeldBy) => {
      // Asked again: another setup may have done it while this one waited.
      if (!installed(root, mode)) await install(root, mode, alsoHeldBy);
      if (!pagesAreCurrent(root)) await buildPages(root, alsoHeldBy);
    });
  }
} catch (error) {
  if (!(error instanceof Trouble)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}
