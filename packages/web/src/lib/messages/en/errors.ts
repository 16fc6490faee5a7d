import type { ClientErrorCode } from '@image2model/client';
import type { ErrorCode } from '@image2model/protocol';

/** What went wrong, in a few words, and what the reader can do about it. */
export interface ErrorText {
  title: string;
  next: string;
}

/** The texts for every code that the server or its client gives; the type check fails if one is missing. */
export const errorsEn: Record<ErrorCode | ClientErrorCode, ErrorText> = {
  INVALID_REQUEST: { title: 'The server didn’t understand the request', next: 'Reload the page and try again.' },
  INVALID_ID: { title: 'The address is incomplete', next: 'Copy it again, or look in your history.' },
  NO_FILES: { title: 'No photo was sent', next: 'Choose at least one photo.' },
  TOO_MANY_FILES: { title: 'Too many photos at once', next: 'Send up to 25 at a time.' },
  INVALID_FACE_LIMIT: {
    title: 'The maximum number of triangles isn’t valid',
    next: 'Enter a whole number of at least 100, or leave it blank.',
  },
  INVALID_OPTIONS: { title: 'An option doesn’t fit the model', next: 'Check the model’s options.' },
  UNKNOWN_MODEL: { title: 'This model is no longer available', next: 'Choose another model.' },
  MASK_UNMATCHED: {
    title: 'A cut-out doesn’t match exactly one photo',
    next: 'Give each mask the same name as its photo, and send one per photo.',
  },
  MASK_UNSUPPORTED: { title: 'This model doesn’t use cut-outs', next: 'Choose another model.' },
  UNAUTHENTICATED: { title: 'You’re not signed in', next: 'Sign in and try again.' },
  FORBIDDEN: { title: 'Your key doesn’t have permission to do that', next: 'Sign in with another key.' },
  NOT_FOUND: { title: 'Not found', next: 'Check the address.' },
  TASK_NOT_FOUND: {
    title: 'We can’t find this batch',
    next: 'It may have been deleted or have expired. Look in your history.',
  },
  JOB_NOT_FOUND: {
    title: 'We can’t find this batch',
    next: 'It may have been deleted or have expired. Look in your history.',
  },
  FILE_NOT_FOUND: { title: 'We can’t find this file', next: 'Check the results of the batch.' },
  METHOD_NOT_ALLOWED: { title: 'That can’t be done here', next: 'Reload the page and try again.' },
  TASK_ENDED: { title: 'The batch has already ended', next: 'View its results.' },
  JOB_RUNNING: { title: 'The batch is still in progress', next: 'Wait until it’s done, or cancel it first.' },
  SHARE_NOT_FOUND: { title: 'This link has expired or was revoked', next: 'Ask for a new one.' },
  TOO_MANY_SHARES: { title: 'This batch has too many links', next: 'Revoke a link that you no longer need.' },
  FILE_LOST: {
    title: 'This file is missing or damaged on the server',
    next: 'Retry the batch to make the model again. If the photo is lost, upload it again.',
  },
  NOTHING_TO_RETRY: { title: 'There’s nothing to retry', next: 'Every photo in the batch became a model.' },
  FILE_TOO_LARGE: { title: 'The photo is over 10 MB', next: 'Resize the photo and try again.' },
  BODY_TOO_LARGE: { title: 'That’s too much at once', next: 'Send fewer photos at a time.' },
  UNSUPPORTED_IMAGE_TYPE: { title: 'This file type isn’t supported', next: 'Use JPEG, PNG or WebP.' },
  UNSUPPORTED_MEDIA_TYPE: { title: 'The server didn’t understand the request', next: 'Reload the page and try again.' },
  RANGE_NOT_SATISFIABLE: { title: 'The file has changed', next: 'Download it again from the beginning.' },
  IMAGE_UNDECODABLE: { title: 'The photo can’t be read', next: 'Save it again as JPEG or PNG.' },
  IMAGE_TOO_MANY_PIXELS: { title: 'The photo has too many pixels', next: 'Resize the photo and try again.' },
  IMAGE_TOO_SMALL: {
    title: 'The photo is too small or too narrow',
    next: 'Use a larger photo, or crop it closer to the object.',
  },
  NO_FOREGROUND: {
    title: 'We couldn’t find an object in the photo',
    next: 'Use a photo where one object stands out, ideally on a plain background.',
  },
  MASK_INVALID: {
    title: 'The cut-out doesn’t fit the photo',
    next: 'Edit the cut-out, and keep at least part of the photo.',
  },
  FACE_LIMIT_TOO_LOW: { title: 'The triangle limit is too low for this shape', next: 'Try again with a higher limit.' },
  IDEMPOTENCY_KEY_REUSED: { title: 'These photos have changed since they were first sent', next: 'Send them again.' },
  RATE_LIMITED: { title: 'Too many requests', next: 'Wait a moment, then try again.' },
  INTERNAL_ERROR: { title: 'Something went wrong on the server', next: 'Try again.' },
  TOO_MANY_STREAMS: {
    title: 'Progress is open in too many places',
    next: 'Close tabs you no longer need, or wait a moment.',
  },
  QUEUE_FULL: { title: 'The queue is full', next: 'Wait a moment, then try again.' },
  OUT_OF_RESOURCES: { title: 'The server is overloaded', next: 'Wait a moment, then try again.' },
  SHUTTING_DOWN: { title: 'The server is restarting', next: 'Wait a moment, then try again.' },
  STORAGE_FULL: { title: 'The server is out of storage', next: 'Delete batches you no longer need, then try again.' },
  STORAGE_GONE: {
    title: 'The server has lost its storage',
    next: 'Ask the person who runs the server to restart it, then try again.',
  },
  GENERATION_FAILED: { title: 'The model couldn’t be made', next: 'Try again, or choose another model.' },
  OUT_OF_MEMORY: {
    title: 'The server ran out of memory on this photo',
    next: 'Try again later, or choose another model.',
  },
  WORKER_CRASHED: { title: 'Processing this photo was interrupted', next: 'Try another photo or another model.' },
  CONTENT_REFUSED: { title: 'The provider rejected this photo', next: 'Use another photo, or choose another model.' },
  DAILY_LIMIT_REACHED: {
    title: 'Today’s spending limit has been reached',
    next: 'Try again tomorrow (UTC), or use the local model.',
  },
  PROVIDER_KEY_REFUSED: {
    title: 'The provider rejected this server’s key',
    next: 'Ask the person who runs the server to set a valid key or add credit.',
  },
  PROVIDER_REFUSED: {
    title: 'The provider rejected the request',
    next: 'Change the options, or choose another model.',
  },
  PROVIDER_BUSY: { title: 'The provider is busy', next: 'Try again later, or choose another model.' },
  PROVIDER_UNAVAILABLE: { title: 'The provider isn’t responding', next: 'Try again later, or choose another model.' },
  PROVIDER_TIMEOUT: { title: 'The provider took too long', next: 'Try again, or choose another model.' },
  RESULT_INVALID: {
    title: 'The provider returned no usable model',
    next: 'Try other options or another model. You may be charged again.',
  },
  SUBMIT_OUTCOME_UNKNOWN: {
    title: 'We don’t know whether the provider received the request',
    next: 'Check your requests at fal.ai before trying again: you may be charged twice.',
  },
  ALL_FILES_FAILED: { title: 'No photo became a model', next: 'Check the reason for each photo.' },
  NETWORK_ERROR: { title: 'Can’t reach the server', next: 'Check your connection, then try again.' },
  ABORTED: { title: 'Stopped', next: 'You can start again at any time.' },
  INVALID_RESPONSE: { title: 'Something other than the server answered', next: 'Check your network, then try again.' },
  INVALID_BASE_URL: { title: 'The server’s address isn’t valid', next: 'Open the page at its own address.' },
  INVALID_API_KEY: {
    title: 'The key contains an invalid character',
    next: 'Copy it again without spaces or line breaks.',
  },
  INVALID_CURSOR: { title: 'Progress can’t be continued from here', next: 'Reload the page.' },
  BUFFERED: {
    title: 'Live progress is being held up on the way here',
    next: 'We check for it regularly instead, so there’s nothing you need to do.',
  },
  NOT_AN_EVENT_STREAM: { title: 'Something is blocking the connection to the server', next: 'Reload the page.' },
  STALLED: { title: 'The connection stopped responding', next: 'Check your connection, then try again.' },
  CONNECTION_LOST: { title: 'The connection was lost', next: 'Check your connection, then try again.' },
  CONNECTION_FAILED: { title: 'The connection keeps dropping', next: 'Check your connection, then try again.' },
  EVENT_TOO_LARGE: { title: 'The server sent more than this page can handle', next: 'Reload the page.' },
  MALFORMED_EVENT: { title: 'The server sent something this page doesn’t understand', next: 'Reload the page.' },
  TASK_CANCELLED: { title: 'The batch was cancelled', next: 'You can retry the cancelled photos.' },
};
