import { endingTexts } from './ending-texts.ts';
import { errorTexts } from './error-texts.ts';
import { maskTexts } from './mask-texts.ts';
import { countedId, fillIn } from './messages.ts';
import type { Message } from './messages.ts';
import { optionTexts } from './option-texts.ts';
import { providerTexts } from './provider-texts.ts';

/**
 * The server's messages for people, in English, by id. A `{place}` is filled with a value. `de.ts` has the same ids in
 * German, and a test compares the two. The meaning of an id never changes, since clients rely on it.
 */
export const messageTexts = {
  ...endingTexts,
  ...errorTexts,
  ...maskTexts,
  ...optionTexts,
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
  'file.model_missing': 'Waiting: this server doesn’t offer the chosen model right now',
  'file.worker_gone': 'Processing this photo was interrupted',
  'file.worker_crashed': 'Processing this photo was interrupted twice',
  'file.server_crashed': 'The server crashed each time it processed this photo',
  'file.failed': 'The model couldn’t be made',
  'file.short_of_descriptors': 'Waiting: the server can’t open any more files or connections',
  'file.short_of_threads': 'Waiting: the server can’t start any more threads',
  'file.short_of_memory': 'Waiting: the server was short of memory',
  'file.short_of_database': 'Waiting: the database is in use by another program',
  'file.out_of_memory': 'The server ran out of memory each time it processed this photo',
  'file.storage_full': 'The server is out of storage',
  'file.storage_gone': 'The server has lost its storage',
  'file.photo_lost': 'The photo is missing or damaged on the server; upload it again',
  'file.remake_failed': 'The new model couldn’t be made, so the earlier one stays. {reason}',
  'file.remake_cancelled': 'Cancelled; the earlier model stays',
  'file.result_invalid': 'The result isn’t a readable model',
  'file.adopted': 'The database was lost before the model was ready; retry to make it',

  // Images that an upload cannot have.
  'image.too_large': '{filename} is larger than {max} MiB.',
  'image.empty': '{filename} is empty.',

  // Answers to requests.
  'upload.queued_one': '1 photo uploaded and queued',
  'upload.queued': '{total} photos uploaded and queued',
  'upload.reused_one': '1 photo uploaded; reusing the model made earlier',
  'upload.reused': '{total} photos uploaded; reusing the models made earlier',
  'upload.partly_reused': '{total} photos uploaded; reusing models made earlier for {reused} of them',
  'task.cancelling': 'Everything that hasn’t finished is being cancelled',
  'file.cancelling': 'The photo is being cancelled',
  'job.retrying': 'The photos without a model are back in the queue',
  'job.remaking_one': '1 photo is back in the queue; any current model stays until the new one is ready',
  'job.remaking': '{count} photos are back in the queue; current models stay until the new ones are ready',
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
