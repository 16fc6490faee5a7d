import type { ClientErrorCode } from '@image2model/client';
import type { ErrorCode } from '@image2model/protocol';

/** What went wrong, in a few words, and what the reader can do about it. */
export interface ErrorText {
  title: string;
  next: string;
}

/** The texts for every code that the server or its client gives; the type check fails if one is missing. */
export const errorsEn: Record<ErrorCode | ClientErrorCode, ErrorText> = {
  INVALID_REQUEST: { title: 'The server did not understand the request', next: 'Reload the page and try again.' },
  INVALID_ID: { title: 'The address is incomplete', next: 'Copy it again, or look in the history.' },
  NO_FILES: { title: 'No photo was sent', next: 'Pick at least one photo.' },
  TOO_MANY_FILES: { title: 'Too many photos at once', next: 'Send at most 25 at once, the rest after them.' },
  INVALID_FACE_LIMIT: {
    title: 'The face limit is not valid',
    next: 'Give a whole number from 100, or leave it blank.',
  },
  INVALID_OPTIONS: { title: 'An option does not fit the model', next: 'Check the options of the model.' },
  UNKNOWN_MODEL: { title: 'This server no longer offers that model', next: 'Choose another model.' },
  MASK_UNMATCHED: {
    title: 'A cut-out belongs to no photo, or to several',
    next: 'Name each mask like its photo, and send one for each.',
  },
  MASK_UNSUPPORTED: { title: 'The model does not use cut-outs', next: 'Choose another model.' },
  UNAUTHENTICATED: { title: 'You are not signed in', next: 'Sign in and try again.' },
  FORBIDDEN: { title: 'Your key is not allowed to do that', next: 'Sign in with another key.' },
  NOT_FOUND: { title: 'Not found', next: 'Check the address.' },
  TASK_NOT_FOUND: { title: 'There is no such batch', next: 'It may have been deleted. Look in the history.' },
  JOB_NOT_FOUND: { title: 'There is no such batch', next: 'It may have been deleted. Look in the history.' },
  FILE_NOT_FOUND: { title: 'There is no such file', next: 'Look at the results of the batch.' },
  METHOD_NOT_ALLOWED: { title: 'That cannot be done here', next: 'Reload the page and try again.' },
  TASK_ENDED: { title: 'The batch has already ended', next: 'Look at its results.' },
  JOB_RUNNING: { title: 'The batch is still being worked on', next: 'Wait until it is done, or cancel it first.' },
  FILE_LOST: {
    title: 'This file is missing or damaged on the server',
    next: 'Try the batch again to make it again; upload a lost photo again.',
  },
  NOTHING_TO_RETRY: { title: 'There is nothing to try again', next: 'Every photo of the batch became a model.' },
  FILE_TOO_LARGE: { title: 'The photo is larger than 10 MiB', next: 'Scale the photo down.' },
  BODY_TOO_LARGE: { title: 'That is too much at once', next: 'Send fewer photos at once.' },
  UNSUPPORTED_IMAGE_TYPE: { title: 'Unsupported file type', next: 'Save the photo as JPEG, PNG or WebP.' },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'The server did not understand the request',
    next: 'Reload the page and try again.',
  },
  RANGE_NOT_SATISFIABLE: { title: 'The file has changed', next: 'Download it again from the start.' },
  IMAGE_UNDECODABLE: { title: 'The photo cannot be read', next: 'Save the photo again as JPEG or PNG.' },
  IMAGE_TOO_MANY_PIXELS: { title: 'The photo has too many pixels', next: 'Scale the photo down.' },
  IMAGE_TOO_SMALL: {
    title: 'The photo is too small or too narrow',
    next: 'Send a larger photo, or crop it closer to the object.',
  },
  NO_FOREGROUND: {
    title: 'No object was found in the photo',
    next: 'Send a photo in which one thing stands out, best on a plain background.',
  },
  MASK_INVALID: {
    title: 'The cut-out does not fit the photo',
    next: 'Draw it again: what is to be kept has to be white.',
  },
  FACE_LIMIT_TOO_LOW: {
    title: 'The face limit is too low for this shape',
    next: 'Try again with a higher face limit.',
  },
  IDEMPOTENCY_KEY_REUSED: { title: 'These photos have changed since they were first sent', next: 'Send them again.' },
  RATE_LIMITED: { title: 'Too many requests', next: 'Wait a moment, then try again.' },
  INTERNAL_ERROR: { title: 'Something went wrong on the server', next: 'Try again.' },
  TOO_MANY_STREAMS: {
    title: 'The progress is open in too many places right now',
    next: 'Close tabs that you no longer need, or wait a moment.',
  },
  QUEUE_FULL: { title: 'The queue is full', next: 'Wait a moment, then try again.' },
  OUT_OF_RESOURCES: { title: 'The server is overloaded', next: 'Wait a moment, then try again.' },
  SHUTTING_DOWN: { title: 'The server is restarting', next: 'Wait a moment, then try again.' },
  STORAGE_FULL: {
    title: 'The server’s storage is full',
    next: 'Delete batches that you no longer need, then try again.',
  },
  STORAGE_GONE: {
    title: 'The server has lost its storage',
    next: 'Ask the operator to restart the server, then try again.',
  },
  GENERATION_FAILED: { title: 'The model could not be made', next: 'Try again, or with another model.' },
  OUT_OF_MEMORY: {
    title: 'The server ran out of memory on this photo',
    next: 'Try again later, or choose another model.',
  },
  WORKER_CRASHED: { title: 'The worker stopped on this photo', next: 'Try another photo or another model.' },
  CONTENT_REFUSED: { title: 'The provider refuses this photo', next: 'Send another photo, or use another model.' },
  DAILY_LIMIT_REACHED: {
    title: 'The daily spending limit has been reached',
    next: 'Continue tomorrow (UTC), or use this server’s own model.',
  },
  PROVIDER_KEY_REFUSED: {
    title: 'The provider refuses this server’s key',
    next: 'Ask the operator to set a valid key, or to add credit.',
  },
  PROVIDER_REFUSED: { title: 'The provider refuses the request', next: 'Change the options, or use another model.' },
  PROVIDER_BUSY: { title: 'The provider is busy', next: 'Try again later, or use another model.' },
  PROVIDER_UNAVAILABLE: { title: 'The provider does not answer', next: 'Try again later, or use another model.' },
  PROVIDER_TIMEOUT: { title: 'The provider took too long', next: 'Try again, or use another model.' },
  RESULT_INVALID: {
    title: 'The provider returned no usable model',
    next: 'Try other options or another model; trying again may cost again.',
  },
  SUBMIT_OUTCOME_UNKNOWN: {
    title: 'Unknown whether the provider accepted the job',
    next: 'Look at the list of requests at fal.ai first: trying again may be billed a second time.',
  },
  ALL_FILES_FAILED: { title: 'No photo became a model', next: 'Each photo shows its reason.' },
  NETWORK_ERROR: { title: 'The server cannot be reached', next: 'Check the connection, then try again.' },
  ABORTED: { title: 'Stopped', next: 'Start again whenever you like.' },
  INVALID_RESPONSE: {
    title: 'Something other than the server has answered',
    next: 'Check the network, then try again.',
  },
  INVALID_BASE_URL: { title: 'The server’s address is not valid', next: 'Open the page by its own address.' },
  INVALID_API_KEY: {
    title: 'The key has a character that does not belong there',
    next: 'Copy it again, without blanks and line breaks.',
  },
  INVALID_CURSOR: { title: 'The place to continue from is not valid', next: 'Reload the page.' },
  BUFFERED: {
    title: 'Something holds the live progress back',
    next: 'It is asked for instead; there is nothing to do.',
  },
  NOT_AN_EVENT_STREAM: { title: 'Something between this page and the server is interfering', next: 'Reload the page.' },
  STALLED: { title: 'The connection went silent', next: 'Check the connection, then try again.' },
  CONNECTION_LOST: { title: 'The connection was lost', next: 'Check the connection, then try again.' },
  CONNECTION_FAILED: { title: 'The connection keeps dropping', next: 'Check the connection, then try again.' },
  EVENT_TOO_LARGE: { title: 'The server sent more than this page can read', next: 'Reload the page.' },
  MALFORMED_EVENT: { title: 'The server sent something that this page does not understand', next: 'Reload the page.' },
  TASK_CANCELLED: { title: 'The batch was cancelled', next: 'Retry what was cancelled.' },
};
