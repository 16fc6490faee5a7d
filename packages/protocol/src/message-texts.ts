import { endingTexts } from './ending-texts.ts';
import { errorTexts } from './error-texts.ts';
import { maskTexts } from './mask-texts.ts';
import { countedId, fillIn } from './messages.ts';
import type { Message } from './messages.ts';
import { providerTexts } from './provider-texts.ts';

/**
 * The server's messages for people, in English, by id. A `{place}` is filled with a value. `de.ts` has the same ids in
 * German, and a test compares the two. The meaning of an id never changes, since clients rely on it.
 */
export const messageTexts = {
  ...endingTexts,
  ...errorTexts,
  ...maskTexts,
  ...providerTexts,

  // Progress of a task and its files.
  'queue.waiting': 'Waiting in the queue',
  'queue.next': 'Next in the queue',
  'queue.position': 'Waiting in the queue, number {position}',
  'task.progress': '{done} of {total} photos done',
  'task.cancelled': 'The batch was cancelled',
  'task.all_failed': 'None of the {total} photos became a model',
  'task.all_failed_because': 'None of the {total} photos became a model. {filename}: {reason}',
  'file.starting': 'Starting',
  'file.ready': 'The model is ready',
  'file.reused': 'Reused an earlier result',
  'file.cancelled': 'Cancelled',
  'file.interrupted': 'Interrupted; starting again soon',
  'file.requeued': 'Back in the queue',
  'file.shutdown': 'The server is restarting; this will continue shortly',
  'file.retrying': 'That attempt failed; retrying soon',
  'file.model_missing': 'Waiting for its model, which this server does not offer right now',
  'file.worker_gone': 'The worker stopped before it finished this photo',
  'file.worker_crashed': 'The worker stopped twice on this photo',
  'file.server_crashed': 'The server stopped each time it worked on this photo',
  'file.failed': 'The model could not be made',
  'file.short_of_descriptors': 'Waiting: the server can open no more files and connections',
  'file.short_of_threads': 'Waiting: the server can start no more threads',
  'file.short_of_memory': 'Waiting: the server was short of memory',
  'file.short_of_database': 'Waiting: the database is in use by another program',
  'file.out_of_memory': 'The server ran out of memory on this photo each time',
  'file.storage_full': 'The storage is full',
  'file.storage_gone': 'The storage was taken away',
  'file.photo_lost': 'The photo is missing or damaged on the server; upload it again',
  'file.remake_failed': 'No new model could be made, and the earlier one stays. {reason}',
  'file.remake_cancelled': 'Cancelled; the earlier model stays',
  'file.result_invalid': 'The result is not a readable model',
  'file.adopted': 'The database was lost before the model was ready; try again to have it made',

  // Images that an upload cannot have.
  'image.too_large': '{filename} is larger than {max} MiB.',
  'image.empty': '{filename} is empty.',

  // Answers to requests.
  'upload.queued_one': '1 photo uploaded and queued',
  'upload.queued': '{total} photos uploaded and queued',
  'upload.reused_one': '1 photo uploaded; reusing the model made earlier',
  'upload.reused': '{total} photos uploaded; reusing the models made earlier',
  'upload.partly_reused': '{total} photos uploaded; reusing models made earlier for {reused} of them',
  'task.cancelling': 'Everything that has not finished is being cancelled',
  'file.cancelling': 'The photo is being cancelled',
  'job.retrying': 'The photos without a model are queued again',
  'job.remaking_one': '1 photo is queued again; a model that it has stays until the new one is ready',
  'job.remaking': '{count} photos are queued again; models that they have stay until the new ones are ready',
} as const;

/** The message ids of this package. The generator has its own, starting with `mesh.`. */
export type MessageId = keyof typeof messageTexts;

/** The placeholders of a text: `total` for `{total} photos`. */
type Places<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Places<Rest> : never;

/** The values that this text needs; there may be more, those of a message in one of its places. */
type ValuesOf<Text extends string> = Readonly<Record<Places<Text>, string | number>>;

/** The message with this id, with its values filled in. */
export function message<Id extends MessageId>(
  id: Id,
  ...[values]: keyof ValuesOf<(typeof messageTexts)[Id]> extends never ? [] : [ValuesOf<(typeof messageTexts)[Id]>]
): Message {
  if (values === undefined) return { text: messageTexts[id], id };
  const counted = countedId(messageTexts, id, values);
  return { text: fillIn(messageTexts[counted], values), id: counted, values };
}
