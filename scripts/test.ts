/*
 * Runs the tests: `npm test` without the long ones, `npm run test:long` those alone. Arguments go to Vitest
 * (`npm test -- packages/mesh -t 'closed'`); a path among them runs all tests it matches, long or not. The last line
 * counts them: `N passed, N failed`, with `, N skipped` where some were.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '../e2e/support/chromium.ts';
import { type VitestReport, countTests, summary } from './test/count.ts';
import { isTestList, opensBrowser, vitestArguments } from './test/lists.ts';

const root = join(import.meta.dirname, '..');
const [list = '', ...args] = process.argv.slice(2);
if (!isTestList(list)) throw new Error('Usage: node scripts/test.ts short|long [Vitest arguments]');

if (opensBrowser(args)) {
  const { executablePath, origin } = await findChromium();
  console.log(`Browser tests use ${executablePath} (from ${origin}).`);
}

const scratch = await mkdtemp(join(tmpdir(), 'image2model-test-'));
const reportFile = join(scratch, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
const code = await vitest(['run', ...reporters, ...vitestArguments(list, args)]);
const report = await readReport();
await rm(scratch, { recursive: true, force: true });

const counts = countTests(report, code);
console.log(summary(counts));
process.exitCode = code === 0 && counts.failed > 0 ? 1 : code;

/** Runs Vitest with this same Node; its exit code. */
function vitest(vitestArgs: readonly string[]): Promise<number> {
  const entry = join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [entry, ...vitestArgs], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const stop = (signal: NodeJS.Signals): boolean => child.kill(signal);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
}

async function readReport(): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(reportFile, 'utf8')) as VitestReport;
  } catch {
    // Vitest died before it could write one; its exit code says so.
    return undefined;
  }
}
