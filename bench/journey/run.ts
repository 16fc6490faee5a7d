// The figures of a whole journey, on the real server with the real local model: one photo, a batch of 25, the time from
// an accepted upload to its first event, and from the writing of a change to its arrival at a client.
// Run it with `npm run bench:journey`; it takes about three minutes and prints a Markdown table.
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { ApiService } from '@image2model/client';
import { startServer } from '../../e2e/support/server.ts';
import { quantile } from '../quantile.ts';

interface Journey {
  seconds: number;
  /** From the upload's answer to the first event, in milliseconds. */
  firstEventMs: number;
  /** From the timestamp of each event (when it was written) to its arrival, in milliseconds. */
  delaysMs: number[];
}

const samples = join(import.meta.dirname, '../../packages/web/static/samples');
const photo = async (name: string) => ({ name, bytes: await readFile(join(samples, name)) });
type Photo = Awaited<ReturnType<typeof photo>>;

async function journey(api: ApiService, photos: readonly Photo[]): Promise<Journey> {
  const files = photos.map(({ name, bytes }) => new File([bytes], name));
  const upload = await api.uploadBatch(files, { reuse: false });
  if (!upload.success) throw new Error(upload.error);
  const accepted = performance.now();
  let firstEventMs = 0;
  const delaysMs: number[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const took = (data: { timestamp: number }) => {
    firstEventMs ||= performance.now() - accepted;
    delaysMs.push(Date.now() - data.timestamp);
  };
  api.createProgressStream(upload.taskId, {
    onProgress: took,
    onFileUpdate: took,
    onComplete: () => resolve(),
    onError: (error) => reject(new Error(String(error))),
  });
  await promise;
  return { seconds: (performance.now() - accepted) / 1000, firstEventMs, delaysMs };
}

async function memory(pid: number, field: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024;
}

const rows: [string, string][] = [];
const row = (what: string, figure: string) => rows.push([what, figure]);
const ms = (value: number) => `${value.toFixed(1)} ms`;

const server = await startServer();
try {
  const api = new ApiService({ baseUrl: server.url });
  row('Server at rest, before the first photo', `${(await memory(server.pid, 'VmRSS')).toFixed(0)} MB`);
  const [duck, teapot, coffee, cactus] = await Promise.all(
    ['duck.png', 'teapot.jpg', 'coffee.jpg', 'cactus.jpg'].map(photo),
  );
  if (!duck || !teapot || !coffee || !cactus) throw new Error('A sample photo is missing');
  await journey(api, [teapot]);
  for (const [kind, each] of [
    ['cut-out', duck],
    ['product', teapot],
    ['natural scene', coffee],
    ['natural scene, rendered', cactus],
  ] as const) {
    const seconds: number[] = [];
    for (let run = 0; run < 5; run++) seconds.push((await journey(api, [each])).seconds);
    row(`One photo, ${kind} (${each.name}), median of 5`, `${quantile(seconds, 0.5).toFixed(2)} s`);
  }
  row('Peak memory so far, whole server', `${(await memory(server.pid, 'VmHWM')).toFixed(0)} MB`);
  const batch = Array.from({ length: 25 }, (_, index) => [duck, teapot, cactus][index % 3] ?? duck);
  const many = await journey(api, batch);
  row('25 photos', `${many.seconds.toFixed(1)} s, ${(many.seconds / 25).toFixed(2)} s each`);
  row('Peak memory after 25 photos, whole server', `${(await memory(server.pid, 'VmHWM')).toFixed(0)} MB`);
  const delays = many.delaysMs;
  row(
    `Change written → at the client, ${delays.length} events, p50 / p99`,
    `${ms(quantile(delays, 0.5))} / ${ms(quantile(delays, 0.99))} (to 1 ms)`,
  );
  const first: number[] = [];
  for (let run = 0; run < 10; run++) first.push((await journey(api, [duck])).firstEventMs);
  row('Accepted upload → first event, median / worst of 10', `${ms(quantile(first, 0.5))} / ${ms(quantile(first, 1))}`);
} finally {
  await server.close();
}
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}\n`);
console.log('| what | figure |\n|---|---|');
for (const [what, figure] of rows) console.log(`| ${what} | ${figure} |`);
