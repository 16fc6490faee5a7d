import { MessageChannel } from 'node:worker_threads';
import type { GenerateProgress, Statistics as MeshStatistics } from '@image2model/mesh';
import { messageRef } from '@image2model/protocol';
import type { Statistics } from '@image2model/protocol';
import { Piscina } from 'piscina';
import { ModelError } from '../errors.ts';
import { checkLocalOptions, localOptionsJsonSchema, localOptionsSchema } from './options.ts';
import type { LocalResult, LocalTask } from './generate-worker.ts';
import type { Generated, Model, ModelContext, ModelDescription, ModelInput, ModelOptions } from '../contract.ts';

/** How long a thread stays after its last file, in ms: it holds some 60 MB, and starting one takes a fraction of a second. */
const idleThreadMs = 10_000;
const defaultThreadHeapMb = 1024;
/** Bound of what a thread makes before it cleans up: a fifth less memory at its peak, for no time that could be measured. */
const youngThreadHeapMb = 8;

interface LocalModelOptions {
  /** Threads at most; one works on one file. */
  threads: number;
  /** The thread's module; tests have their own. */
  worker?: URL;
  /** A thread's heap at most, in MB; the pictures lie outside of it. A thread that needs more is ended, not the process. */
  threadHeapMb?: number;
}

/**
 * The model that needs nothing: the package `mesh` in worker threads. Threads are started when there is work and end
 * when there has been none for a while. Aborting ends the thread at once, even in the middle of a computation.
 */
export function createLocalModel(settings: LocalModelOptions): Model {
  const { threads, worker, threadHeapMb = defaultThreadHeapMb } = settings;
  const pool = new Piscina<LocalTask, LocalResult>({
    filename: (worker ?? new URL('generate-worker.ts', import.meta.url)).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleThreadMs,
    resourceLimits: { maxOldGenerationSizeMb: threadHeapMb, maxYoungGenerationSizeMb: youngThreadHeapMb },
    recordTiming: false,
    // Streams and requests come first where there are no more cores than files at work.
    niceIncrement: 10,
  });
  let closed: Promise<void> | undefined;
  return {
    id: 'local',
    // It makes the same of the same picture each time.
    reusable: true,
    describe,
    checkOptions: checkLocalOptions,
    generate: (input, options, context) => generate(pool, input, options, context),
    close: () => (closed ??= pool.destroy()),
  };
}

async function generate(
  pool: Piscina<LocalTask, LocalResult>,
  input: ModelInput,
  { faceLimit, options }: ModelOptions,
  context: ModelContext,
): Promise<Generated> {
  const { signal } = context;
  // The caller's bytes stay the caller's: a copy is what changes the thread.
  const image = new Uint8Array(input.bytes);
  const { port1: progress, port2: reports } = new MessageChannel();
  progress.on('message', ({ stage, fraction, message }: GenerateProgress) =>
    context.report({ stage, fraction, message: message.text }),
  );
  try {
    const chosen = localOptionsSchema.parse(options);
    const task = { image, options: faceLimit === null ? chosen : { ...chosen, faceLimit }, reports };
    // An array at run time; with the browser's types in scope Piscina's own declaration of it does not fit.
    const transferList: object = [image.buffer, reports];
    const result = await pool.run(task, { signal, transferList }).catch((error: unknown) => {
      signal.throwIfAborted();
      const message = 'The worker stopped while it worked on this image';
      throw new ModelError('WORKER_CRASHED', message, { retryable: true, cause: error });
    });
    return toGenerated(result);
  } finally {
    progress.close();
  }
}

function toGenerated(result: LocalResult): Generated {
  if ('refused' in result) {
    throw new ModelError(result.refused.code, result.refused.message.text);
  }
  if ('failed' in result) {
    const cause = new Error(result.failed.message);
    if (result.failed.stack !== undefined) cause.stack = result.failed.stack;
    throw new Error('The generator failed', { cause });
  }
  const { glb, preview, statistics } = result;
  return { glb, preview: { bytes: preview, contentType: 'image/webp' }, statistics: toWire(statistics) };
}

/** Warnings as sentences, with their ids and values beside them. */
function toWire({ warnings, ...measured }: MeshStatistics): Statistics {
  return { ...measured, warnings: warnings.map(({ text }) => text), warning_messages: warnings.map(messageRef) };
}

function describe(): ModelDescription {
  return {
    id: 'local',
    name: 'Local',
    description:
      'Made on this server, without a graphics card and without sending the photo anywhere: the outline of the ' +
      'object is inflated and clad in the photo, or the whole picture becomes a relief where no clear object stands ' +
      'out. Good for products on a plain ground, cut-outs, logos, props and plaques; not a reconstruction of the back.',
    options_schema: localOptionsJsonSchema(),
    formats: ['glb', 'obj', 'stl', 'ply', 'usdz'],
    requires_key: false,
    price: { amount: 0, currency: 'USD', unit: 'models' },
  };
}
