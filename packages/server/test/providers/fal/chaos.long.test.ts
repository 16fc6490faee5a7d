import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelFile } from '@image2model/protocol';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { follow } from '../../chaos/follower.ts';
import type { Followed } from '../../chaos/follower.ts';
import { uploadForm } from '../../support/server.ts';
import { createPowerDisk } from '../../../../../scripts/test/power-disk.ts';
import { startFalChild } from './child.ts';
import type { FalChild } from './child.ts';
import { seededRandom } from '../../../../../scripts/test/seeded-random.ts';
import { makeGlb } from '../glb.ts';
import { makeStateFile } from './plain-client.ts';
import { startProduct } from '../product.ts';
import type { Product } from '../product.ts';
import { falKey } from './server.ts';
import type { ProviderServerOptions, Submit } from '../types.ts';
import type { FalLedger } from './types.ts';

const files = Number(process.env['FAL_CHAOS_FILES'] ?? 40);
const seed = Number(process.env['FAL_CHAOS_SEED'] ?? 6);
/** Of the server: every second one of them a power cut. */
const deaths = Math.max(4, Math.ceil(files / 24));
const perUpload = 20;
const priced = 'fal-ai/trellis';
const unpriced = 'fal-ai/triposr';
const price = 0.02;
/** Of calls that go wrong on the way, and of jobs that fail at fal. */
const rates = { callRate: 0.1, jobRate: 0.1, slowSubmitMs: 120 };

/** Endings without a request at fal, which say so: it was never accepted, and so nothing is to pay. */
const notAccepted = [
  'PROVIDER_BUSY',
  'PROVIDER_UNAVAILABLE',
  'PROVIDER_TIMEOUT',
  'WORKER_CRASHED',
  'SUBMIT_OUTCOME_UNKNOWN',
];

const neverGivenUp = new AbortController().signal;
interface Batch {
  model: string;
  taskId: string;
  jobId: string;
  /** SHA-256 of each photo, by its file's id. */
  photos: Map<string, string>;
  followed: Promise<Followed>;
}

// Promised: A provider is never paid twice for a photo because the server died.
// Promised: A request that costs money is recorded on the disk before it is sent.
describe(`fal.ai under kills and power cuts (${files} photos, seed ${seed})`, () => {
  it(
    'pays once for each photo, keeps every result, and counts every cost',
    async () => {
      const random = seededRandom(seed);
      const options: ProviderServerOptions & { stateFile: string } = {
        stateFile: await makeStateFile(),
        concurrency: 40,
        prices: { [priced]: price },
        chaos: { seed, ...rates },
      };
      let fal = await startFalChild(options);
      onTestFinished(() => fal.kill());
      const settings = {
        FAL_KEY: falKey,
        FAL_QUEUE_URL: fal.queueUrl,
        FAL_REST_URL: fal.restUrl,
        WORKER_CONCURRENCY: '24',
      };
      const disk = await createPowerDisk(256 * 1024 * 1024);
      const product = await startProduct(settings, disk);
      onTestFinished(() => product.close());

      const uploading = uploadAll(product);
      const progress = { over: false };
      const ended = followAll(uploading).finally(() => {
        progress.over = true;
      });
      const died = { killed: 0, cut: 0 };
      for (let death = 1; !progress.over && death <= deaths; death += 1) {
        await Promise.race([sleep(200 + random() * 1200), ended]);
        if (progress.over) break;
        const how = death % 2 === 1 ? 'cut' : 'killed';
        await (how === 'cut' ? product.cutPower() : product.killAndRestart());
        died[how] += 1;
        // fal itself dies too now and then, and comes back as it was.
        if (death % 4 === 2) {
          await fal.kill();
          fal = await startFalChild({ ...options, port: fal.port, chaos: { seed: seed + death, ...rates } });
        }
      }
      await ended;
      const batches = await uploading;
      await settled(fal);
      const ledger = await fal.ledger();
      await expectOnceAndWhole(product, batches, ledger, died);
    },
    20 * 60_000,
  );
});

async function followAll(uploading: Promise<Batch[]>): Promise<void> {
  await Promise.all((await uploading).map((batch) => batch.followed));
}

/** Every photo is another one, so that fal can tell what it was paid for. */
async function uploadAll(product: Product): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (let first = 0; first < files; first += perUpload) {
    const photos: [string, Uint8Array][] = [];
    for (let each = first; each < Math.min(files, first + perUpload); each += 1) {
      const background = { r: each % 256, g: Math.floor(each / 256) % 256, b: 77 };
      photos.push([
        `photo-${each}.png`,
        await sharp({ create: { width: 32, height: 32, channels: 3, background } })
          .png()
          .toBuffer(),
      ]);
    }
    const model = batches.length % 3 === 2 ? unpriced : priced;
    const made = await uploadSurely(product, photos, model, `batch-${first}`);
    batches.push({
      model,
      taskId: made.task_id,
      jobId: made.job_id,
      photos: new Map(
        made.uploaded_files.map(({ file_id }, index) => [file_id, sha256(photos[index]?.[1] ?? Buffer.alloc(0))]),
      ),
      followed: follow(() => product.url, made.task_id, neverGivenUp),
    });
  }
  return batches;
}

interface Uploaded {
  task_id: string;
  job_id: string;
  uploaded_files: { file_id: string }[];
}

/** Sends an upload until it is answered; its key makes one job of all that. */
async function uploadSurely(
  product: Product,
  photos: [string, Uint8Array][],
  model: string,
  key: string,
): Promise<Uploaded> {
  for (;;) {
    const init = { method: 'POST', body: uploadForm(photos, { model }), headers: { 'idempotency-key': key } };
    const answer = await fetch(`${product.url}/api/v1/upload/`, init).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    if (answer?.ok && text !== undefined) return JSON.parse(text) as Uploaded;
    if (answer && answer.status < 500) throw new Error(text);
    await sleep(50);
  }
}

/** Lets fal finish what it has accepted: its bills are only complete then. */
async function settled(fal: FalChild): Promise<void> {
  while ((await fal.ledger()).submits.some((each) => each.status !== 'COMPLETED')) await sleep(50);
}

async function expectOnceAndWhole(
  product: Product,
  batches: Batch[],
  ledger: FalLedger,
  died: { killed: number; cut: number },
): Promise<void> {
  const said = product.said().split('\n');
  const byPhoto = Map.groupBy(ledger.submits, (submit) => submit.image);
  const tally: Record<string, number> = {};
  const answers: string[] = [];
  let recorded = 0;
  for (const batch of batches) {
    const { files: endings, complaints } = await batch.followed;
    expect(complaints).toEqual([]);
    answers.push(await (await fetch(`${product.url}/api/v1/jobs/${batch.jobId}`)).text());
    for (const [fileId, photo] of batch.photos) {
      const ending = endings.get(fileId);
      const submits = byPhoto.get(photo) ?? [];
      const what = ending?.code ?? String(ending?.status);
      tally[what] = (tally[what] ?? 0) + 1;
      expectPaidOnce(
        what,
        submits,
        said.filter((line) => line.includes(fileId)),
      );
      if (ending?.status !== 'completed') continue;
      expectWhole(ending.result, submits.at(-1));
      expect(ending.result?.cost).toMatchObject({ units: 1, amount: batch.model === priced ? price : null });
      recorded += ending.result?.cost?.amount ?? 0;
    }
  }
  const photos = new Set(batches.flatMap((batch) => [...batch.photos.values()]));
  expect(ledger.submits.filter((submit) => !photos.has(submit.image))).toEqual([]);
  const billed = ledger.submits.filter((submit) => submit.units > 0);
  const kept = tally['completed'] ?? 0;
  const summary = { ...died, submits: ledger.submits.length, billed: billed.length, faults: ledger.faults, ...tally };
  process.stdout.write(`chaos: ${JSON.stringify(summary)}\n`);
  expect(died.killed).toBeGreaterThan(0);
  expect(died.cut).toBeGreaterThan(0);
  expect(ledger.faults).toBeGreaterThan(files / 4);
  expect(kept).toBeGreaterThan(files / 3);
  expect(ledger).toMatchObject({ unknownInputs: [], leakedKeys: 0, unauthorised: 0 });
  // Recorded by file is what was made and could be kept; set aside for the day is at least what fal bills.
  const pricedBills = billed.filter((submit) => submit.endpoint === priced).length;
  expect(recorded).toBeLessThanOrEqual(pricedBills * price + 1e-9);
  const spent = spending(product);
  expect(spent).toBeGreaterThanOrEqual(Math.round(pricedBills * price * 1e6));
  const unknown = tally['SUBMIT_OUTCOME_UNKNOWN'] ?? 0;
  const accepted = ledger.submits.filter((submit) => submit.endpoint === priced).length;
  expect(spent).toBeLessThanOrEqual(Math.round((accepted + unknown) * price * 1e6));
  await expectNoKey(product, answers);
}

/**
 * One request to pay at most, and no request beside it but such as failed at fal before, for which fal bills nothing;
 * none or one where nobody can know.
 */
function expectPaidOnce(what: string, submits: readonly Submit[], log: readonly string[]): void {
  const context = `${what} of ${JSON.stringify(submits)}, and the server said ${log.join('\n')}`;
  const earlier = submits.slice(0, -1);
  for (const each of earlier) expect(each, context).toMatchObject({ units: 0, status: 'COMPLETED' });
  expect(earlier.length, context).toBeLessThanOrEqual(2);
  if (what === 'completed') expect(submits.at(-1), context).toMatchObject({ units: 1 });
  if (submits.length === 0) expect(notAccepted, context).toContain(what);
}

/** The file on offer is what fal made, byte for byte. */
function expectWhole(result: ModelFile | undefined, submit: Submit | undefined): void {
  const made = makeGlb(submit?.requestId ?? '');
  expect(result).toMatchObject({ size: made.byteLength, sha256: sha256(made) });
}

/** What the server has set aside or spent, in millionths of a dollar. */
function spending(product: Product): number {
  const db = new DatabaseSync(join(product.dataDir, 'image2model.db'), { readOnly: true });
  const row = db.prepare('select coalesce(sum(micros), 0) as sum from spending').get();
  db.close();
  return Number(row?.['sum']);
}

/** Neither what it said, nor what it answered, nor what it stored has the key in it, nor the half that is secret. */
async function expectNoKey(product: Product, answers: readonly string[]): Promise<void> {
  const secret = falKey.split(':')[1] ?? falKey;
  expect(product.said().includes(secret)).toBe(false);
  expect(answers.some((text) => text.includes(secret))).toBe(false);
  for (const entry of await readdir(product.dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    expect(bytes.includes(secret), entry.name).toBe(false);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
