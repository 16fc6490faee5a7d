/* oxlint-disable oxc/no-async-endpoint-handlers -- Fastify awaits its handlers; the rule takes them for Express */
import { randomUUIDv7 } from 'node:crypto';
import { maxFaceLimit, message, messageRef, messageRefShape, messageWithin, minFaceLimit } from '@image2model/protocol';
import type { Message } from '@image2model/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ownJob } from '../../auth/access.ts';
import type { JobRow, RetryTask } from '../../engine/contract.ts';
import { isBusy } from '../../engine/is-busy.ts';
import { discard } from '../../jobs/intake.ts';
import { makeAgain } from '../../jobs/make-again.ts';
import type { NewMasks } from '../../jobs/make-again.ts';
import { matchMasks, misfit } from '../../jobs/masks.ts';
import type { ReceivedMask } from '../../jobs/masks.ts';
import type { Model } from '../../models/contract.ts';
import { unknownModel } from '../../models/errors.ts';
import { ApiError } from '../errors.ts';
import { boundBody, maxUploadBytes } from './bound-body.ts';
import { jobParams, requireRoomInQueue } from './context.ts';
import type { Api, RouteContext } from './context.ts';
import { lostFiles } from './lost-files.ts';
import { presentMessage } from './present.ts';
import { refuse, unusedMasks } from './refuse.ts';
import { readRetryForm, retryBody } from './retry-form.ts';
import type { RetryWish } from './retry-form.ts';
import { readFaceLimit } from './upload-form.ts';

const answerSchema = z.object({
  job_id: z.uuid(),
  task_id: z.uuid(),
  status: z.literal('queued'),
  message: z.string(),
  ...messageRefShape,
});

/** What is to be run again. */
interface Again extends NewMasks {
  task: RetryTask;
}

/** Makes models again: those that are missing, or any, with other options or other masks. */
export function retryRoute(app: Api, context: RouteContext): void {
  app.post(
    '/jobs/:job_id/retry',
    {
      config: { form: true },
      schema: {
        summary:
          'Run files again that failed, were cancelled or are lost on the server, or these; as a new task of the job',
        tags: ['Jobs'],
        params: jobParams,
        body: retryBody.nullish(),
        response: { 200: answerSchema },
      },
    },
    async (request, reply) => {
      const job = await ownJob(context.engine, request.params.job_id, request.owner);
      const masks: ReceivedMask[] = [];
      try {
        const isForm = request.isMultipart();
        const wish = isForm ? await receiveForm(request, reply, context, masks) : (request.body ?? {});
        return await retry(context, job, wish, masks);
      } finally {
        // What became a file's is in the store.
        await discard(context.files, masks);
      }
    },
  );
}

async function receiveForm(
  request: FastifyRequest,
  reply: FastifyReply,
  context: RouteContext,
  masks: ReceivedMask[],
): Promise<RetryWish> {
  await requireRoomInQueue(context);
  await context.files.requireRoom();
  boundBody(request, reply, maxUploadBytes);
  return await readRetryForm(request, context.files, masks);
}

async function retry(
  context: RouteContext,
  job: JobRow,
  wish: RetryWish,
  received: readonly ReceivedMask[],
): Promise<z.infer<typeof answerSchema>> {
  const again = plan(context, job, wish, received);
  const { task } = again;
  await requireRoomInQueue(context);
  const { jobId } = job;
  if (isBusy(job, task.only)) throw stillRunning(task);
  const lost = await lostFiles(context.verifier, job, {
    only: task.only,
    renewed: new Set([...again.masks.keys(), ...again.dropped]),
  });
  const [lack] = lost.without.values();
  // What is named is to be run as a whole.
  if (task.only !== undefined && lack !== undefined) throw new ApiError('FILE_LOST', lack);
  await requireFit(context, job, again.masks);
  const outcome = await makeAgain(context, job, { ...task, ...lost }, again);
  if (outcome === 'unknown') throw new ApiError('JOB_NOT_FOUND', message('error.job_missing', { job: jobId }));
  if (outcome === 'running') throw stillRunning(task);
  if (outcome === 'nothing' && lack !== undefined) throw new ApiError('FILE_LOST', lack);
  if (outcome === 'nothing') throw new ApiError('NOTHING_TO_RETRY', message('error.nothing_to_retry'));
  const said: Message = task.only ? message('job.remaking', { count: task.only.size }) : message('job.retrying');
  return { job_id: jobId, task_id: task.taskId, status: 'queued', ...presentMessage(said) };
}

function stillRunning({ only }: Pick<RetryTask, 'only'>): ApiError {
  return new ApiError('JOB_RUNNING', message(only === undefined ? 'error.job_running' : 'error.files_running'));
}

/**
 * What to run: as it was, but for what is asked for now. Options replace those of before one by one, unless a model is
 * named with them; another model gets its own defaults.
 */
function plan({ models }: RouteContext, job: JobRow, wish: RetryWish, received: readonly ReceivedMask[]): Again {
  const model = wish.model ?? job.model;
  const chosen = models.get(model);
  if (chosen === undefined) throw new ApiError('UNKNOWN_MODEL', unknownModel(models));
  const earlier = wish.options === undefined ? model === job.model : wish.model === undefined;
  const options = checkedOptions(chosen, { ...(earlier && job.options), ...wish.options });
  const faceLimit = wish.face_limit === undefined ? job.faceLimit : readFaceLimit(wish.face_limit);
  if (faceLimit === undefined) {
    throw new ApiError('INVALID_FACE_LIMIT', message('error.face_limit', { min: minFaceLimit, max: maxFaceLimit }));
  }
  const named = wish.file_ids?.map((fileId) => ownFile(job, fileId));
  const dropped = (wish.drop_masks ?? []).map((fileId) => ownFile(job, fileId));
  const { matched: masks, problems } = matchMasks(received, named ?? job.files);
  const unused = received.length > 0 ? unusedMasks(models, model) : [];
  refuse([...problems, ...unused], received.length);
  const ids = idsOf(dropped);
  const changed = new Set([...masks.keys(), ...ids]);
  const only = named ? new Set(idsOf(named)) : changed.size > 0 ? changed : undefined;
  for (const { fileId, filename } of dropped) {
    if (only?.has(fileId) !== true) throw new ApiError('INVALID_REQUEST', message('mask.drop_not_run', { filename }));
    if (masks.has(fileId)) throw new ApiError('INVALID_REQUEST', message('mask.drop_and_new', { filename }));
  }
  return { task: { taskId: randomUUIDv7(), model, options, faceLimit, ...(only && { only }) }, masks, dropped: ids };
}

function checkedOptions(model: Model, wanted: unknown): Record<string, unknown> {
  const checked = model.checkOptions(wanted);
  if ('options' in checked) return checked.options;
  const errors = checked.problems.map((said) => {
    return { code: 'INVALID_OPTIONS', field: 'options', detail: said.text, ...messageRef(said) };
  });
  const [first = message('option.object')] = checked.problems;
  throw new ApiError('INVALID_OPTIONS', message('error.options_invalid', messageWithin('reason', first)), { errors });
}

function idsOf(files: readonly Pick<JobRow['files'][number], 'fileId'>[]): string[] {
  return files.map(({ fileId }) => fileId);
}

function ownFile(job: JobRow, fileId: string): JobRow['files'][number] {
  const file = job.files.find((own) => own.fileId === fileId);
  if (file === undefined) throw new ApiError('FILE_NOT_FOUND', message('error.job_file_missing', { file: fileId }));
  return file;
}

/** Throws where a mask has other proportions than its photo, which is whole. */
async function requireFit({ files }: RouteContext, job: JobRow, masks: Again['masks']): Promise<void> {
  const { inspectImage } = await import('@image2model/mesh');
  const misfits = [];
  for (const [fileId, mask] of masks) {
    const photo = await inspectImage(await files.read(ownFile(job, fileId).storageKey));
    misfits.push(...misfit(mask, photo));
  }
  refuse(misfits, masks.size);
}
