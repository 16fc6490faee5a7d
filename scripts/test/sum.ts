/*
 * Adds up the counts of several test runs: `npm run test:sum -- FILE…`, each file holding the output of one run. It
 * prints `N passed, N failed[, N skipped]` over all of them, and fails if a test or a run failed.
 */
import { readFile } from 'node:fs/promises';
import { countsFrom, sum, summary } from './count.ts';

const outputs = await Promise.all(process.argv.slice(2).map(async (file) => await readFile(file, 'utf8')));
const counts = sum(outputs.map(countsFrom));
console.log(summary(counts));
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
