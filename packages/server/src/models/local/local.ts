import { MessageChannel } from 'node:worker_threads';
import type { GenerateProgress, Statistics as MeshStatistics } from '@image2model/mesh';
import { downloadFormats, message, messageRef } from '@image2model/protocol';
import type { Statistics } from '@image2model/protocol';
import { shortageOf } from '../../shortage.ts';
import { Threads } from '../../threads/threads.ts';
import { ModelError } from '../errors.ts';
import { checkOptions, optionsJsonSchema } from '../check-options.ts';
import { toMeasured } from '../measured.ts';
import { localOptionsSchema } from './options.ts';
import type { LocalResult, LocalTask } from './generate-worker.ts';
import type { Generated, Model, ModelContext, ModelDescription, ModelInput, ModelOptions } from '../contract.ts';

const defaultThreadHeapMb = 1024;
/** Size of a thread's young generation: a fifth less memory at the peak, at no measurable cost in time. */
const youngThreadHeapMb = 8;

interface LocalModelOptions {
  /** The maximum number of threads; each works on one file. */
  threads: number;
  /** The thread's module; tests use their own. */
  worker?: URL;
  /** The maximum heap of a thread; pictures lie outside of it. Exceeding it ends the thread, not the process. */
  threadHeapMb?: number;
}

/**
 * The model without requirements: the package `mesh` in worker threads. Threads start when there is work and end after a
 * while without any. Aborting ends the thread at once, even in the middle of a computation.
 */
export function createLocalModel(settings: LocalModelOptions): Model {
  const { threads, worker, threadHeapMb = defaultThreadHeapMb } = settings;
  const pool = new Threads<LocalTask, LocalResult>({
    module: worker ?? new URL('generate-worker.ts', import.meta.url),
    max: threads,
    resourceLimits: { maxOldGenerationSizeMb: threadHeapMb, maxYoungGenerationSizeMb: youngThreadHeapMb },
  });
  return {
    id: 'local',
    // The same picture always gives the same model.
    reusable: true,
    usesMasks: true,
    describe,
    checkOptions: (given) => checkOptions(localOptionsSchema, given),
    generate: (input, options, context) => generate(pool, input, options, context),
    close: () => pool.close(),
  };
}

async function generate(
  pool: Threads<LocalTask, LocalResult>,
  input: ModelInput,
  { faceLimit, options }: ModelOptions,
  context: ModelContext,
): Promise<Generated> {
  const { signal } = context;
  // A copy is transferred to the thread; the caller keeps its bytes.
  const image = new Uint8Array(input.pictures[0].bytes);
  const { port1: progress, port2: reports } = new MessageChannel();
  progress.on('message', ({ stage, fraction, message: said }: GenerateProgress) =>
    context.report({ stage, fraction, message: said }),
  );
  try {
    const chosen = localOptionsSchema.parse(options);
    const mask = input.mask && new Uint8Array(input.mask.bytes);
    const all = { ...chosen, ...(faceLimit !== null && { faceLimit }), ...(mask && { mask }) };
    const task = { image, options: all, reports };
    const transferList = [image.buffer, ...(mask ? [mask.buffer] : []), reports];
    const result = await pool.run(task, { signal, transferList }).catch((error: unknown) => {
      signal.throwIfAborted();
      if (shortageOf(error) !== undefined) throw error;
      throw new ModelError('WORKER_CRASHED', message('file.worker_gone'), { retryable: true, cause: error });
    });
    return toGenerated(result);
  } finally {
    progress.close();
  }
}

function toGenerated(result: LocalResult): Generated {
  if ('rejected' in result) {
    throw new ModelError(result.rejected.code, result.rejected.message);
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
function toWire({ warnings, ...measures }: MeshStatistics): Statistics {
  return {
    ...toMeasured(measures),
    warnings: warnings.map(({ text }) => text),
    warning_messages: warnings.map(messageRef),
  };
}

function describe(): ModelDescription {
  return {
    id: 'local',
    name: 'Local',
    description:
      'Runs on this server, without a graphics card; your photo stays here. It rounds out the object’s outline and wraps ' +
      'the photo around it. If no object stands out, the whole photo becomes a relief. Best for objects on a plain ' +
      'background, cut-outs and logos. The back is a guess.',
    options_schema: optionsJsonSchema(localOptionsSchema),
    formats: [...downloadFormats],
    requires_key: false,
    price: { amount: 0, currency: 'USD', unit: 'models' },
  };
}
