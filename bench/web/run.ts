// What the pages cost and how they feel: Lighthouse, JavaScript of the first visit, layout shift, frames. Builds the pages
// and starts the real server. `node bench/web/run.ts` takes about five minutes and keeps RESULTS.md.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiService } from '@image2model/client';
import { findChromium, launchBrowser } from '../../e2e/support/chromium.ts';
import { startServer } from '../../e2e/support/server.ts';
import { type Frames, measureFrames } from './frames.ts';
import { type Audit, auditPages } from './lighthouse.ts';
import { measureTransfer, type Transfer } from './transfer.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const samples = join(root, 'packages/web/static/samples');

await run('npm', ['run', '--silent', 'build:web'], { cwd: root });
// Before the run makes load of its own.
const [load = 0] = loadavg();
const smoothness = await measureFrames();
const server = await startServer();
const browser = await launchBrowser();
try {
  const transfer = await measureTransfer(browser, server.url);
  const { taskId, jobId } = await twoModels(server.url);
  const audits = await auditPages({
    '/': server.url,
    '/processing?taskId=…': `${server.url}/processing?taskId=${taskId}`,
    '/results/…': `${server.url}/results/${jobId}`,
    '/history': `${server.url}/history`,
    '/settings': `${server.url}/settings`,
  });
  const text = report({ audits, transfer, frames: smoothness, machine: await machine() });
  process.stdout.write(text);
  await writeFile(join(import.meta.dirname, 'RESULTS.md'), text);
} finally {
  await browser.close();
  await server.close();
}

/** Two photos made into models, so that there is something to show. */
async function twoModels(baseUrl: string): Promise<{ taskId: string; jobId: string }> {
  const api = new ApiService({ baseUrl });
  const names = ['duck.png', 'teapot.jpg'];
  const files = await Promise.all(names.map(async (name) => new File([await readFile(join(samples, name))], name)));
  const upload = await api.uploadBatch(files);
  if (!upload.success) throw new Error(upload.error);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  api.createProgressStream(upload.taskId, {
    onComplete: () => resolve(),
    onError: (error) => reject(new Error(String(error))),
  });
  await promise;
  return upload;
}

async function machine(): Promise<string> {
  const { executablePath, env } = await findChromium();
  const { stdout } = await run(executablePath, ['--version'], { env: { ...process.env, ...env } });
  const manifest = await readFile(join(root, 'node_modules/lighthouse/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const [cpu] = cpus();
  return [
    `${cpus().length} × ${cpu?.model ?? 'unknown'}`,
    `Linux ${release()}`,
    `Node ${process.version}`,
    stdout.trim().replace(/ built on.*/, ''),
    `Lighthouse ${version}`,
    `load average before the run ${load.toFixed(1)}`,
    new Date().toISOString().slice(0, 10),
  ].join(', ');
}

function report(of: { audits: Audit[]; transfer: Transfer; frames: Frames[]; machine: string }): string {
  const { audits, transfer } = of;
  const rows = audits.map(({ page, device, scores, layoutShift, largestPaintMs, blockingMs, lost }) => {
    const { performance, accessibility, 'best-practices': practices, seo } = scores;
    const numbers = [performance, accessibility, practices, seo].map(String);
    const timings = [layoutShift.toFixed(3), largestPaintMs.toFixed(0), blockingMs.toFixed(0)];
    return `| \`${page}\` | ${device} | ${[...numbers, ...timings].join(' | ')} | ${lost.join(', ') || '–'} |`;
  });
  return `# The pages, measured

The last run of \`node bench/web/run.ts\`: ${of.machine}.

## Lighthouse

The real server with the built pages and two models made of the sample photos; the task and the batch that the pages
show have ended. Goal: 95 in each. The phone is one that Lighthouse imagines: 4 × slower, on a slow mobile network.

| page | as | performance | accessibility | best practices | SEO | layout shift | largest paint, ms | blocked, ms | what cost points |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

## A first visit

\`/\` with nothing in the cache, until nothing more came.

| what | figure | goal |
|---|---|---|
| JavaScript, gzip | ${kilobytes(transfer.scriptGzip)} kB in ${transfer.scripts} files | ≤ 90 kB |
| JavaScript, as this browser got it (brotli) | ${kilobytes(transfer.scriptSent)} kB | – |
| Everything, pictures included | ${kilobytes(transfer.allSent)} kB | – |

${describeFrames(of.frames)}`;
}

function describeFrames(all: Frames[]): string {
  const rows = all.map((frames) => {
    const { what, eventsPerSecond, perSecond, longFrames, scriptShare, layoutShift, browserCpuMs } = frames;
    const times = [frames.p50Ms, frames.p95Ms, frames.p99Ms, frames.worstMs].map((each) => each.toFixed(1)).join(' / ');
    const figures = [
      eventsPerSecond.toFixed(0),
      perSecond.toFixed(1),
      times,
      longFrames,
      `${scriptShare.toFixed(1)} %`,
    ];
    return `| ${[what, ...figures, layoutShift.toFixed(3), `${browserCpuMs.toFixed(0)} ms`].join(' | ')} |`;
  });
  return `## A hundred files at once

The progress page of one task of 100 files, each of which reports ten times a second for as long as it is looked at;
a simulated model on the real server, in a process of its own. Goal: 1 000 events and 60 frames a second, no layout
shift. The first two rows are the floor of this machine: an empty page and the same page with 100 files that wait, while
the server is as busy as in the rows below. Each is looked at for 10 s, 1280 × 900, frames counted by
\`requestAnimationFrame\`, in a headless Chromium on the machine's own cores, beside the server. It emulates a graphics card
on the processor, for the 3D viewer's sake, so that every picture of the window costs all its pixels; the last row is
without (\`--disable-gpu\`), as Chromium draws for a person who has no graphics card.

| what is looked at | events a second | frames a second | from frame to frame, p50 / p95 / p99 / worst, ms | longer than 50 ms | held up by scripts | layout shift | the browser's processor time in a second |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
