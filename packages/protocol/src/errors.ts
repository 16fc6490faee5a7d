interface ErrorDefinition {
  /** HTTP status; for what goes wrong inside a task (no request is there to answer), the status its class has. */
  status: number;
  /** What went wrong, in a few words; the same for every occurrence. */
  title: string;
  /** What a person or a program can do next. */
  next: string;
  /** Whether the very same request or file can succeed later without being changed. */
  retryable: boolean;
}

const define = (status: number, title: string, next: string, retryable = false): ErrorDefinition => ({
  status,
  title,
  next,
  retryable,
});

/** Every error code there is. Codes are stable; `docs/errors.md` documents each one and a test holds the two together. */
export const errorDefinitions = {
  INVALID_REQUEST: define(400, 'The request is not well formed', 'Correct what `errors` names and send it again.'),
  INVALID_ID: define(400, 'The id is not a UUID', 'Use the id as the server gave it.'),
  NO_FILES: define(400, 'No image was sent', 'Send 1 to 25 images as `files` in multipart/form-data.'),
  TOO_MANY_FILES: define(400, 'Too many images', 'Send at most 25 images at once; split the batch.'),
  INVALID_FACE_LIMIT: define(400, 'The face limit is not valid', 'Give a whole number from 100, or leave it out.'),
  INVALID_OPTIONS: define(400, 'The options do not fit the model', 'Check them against the schema of the model.'),
  UNKNOWN_MODEL: define(400, 'No such model', 'Take an id from /api/v1/models/available.'),
  UNAUTHENTICATED: define(401, 'A valid API key is needed', 'Send `Authorization: Bearer <key>` with a valid key.'),
  FORBIDDEN: define(403, 'This key may not do that', 'Use a key that has the right.'),
  NOT_FOUND: define(404, 'There is nothing here', 'Check the address.'),
  TASK_NOT_FOUND: define(404, 'No such task', 'Check the task id; finished tasks are removed after a while.'),
  JOB_NOT_FOUND: define(404, 'No such job', 'Check the job id; finished jobs are removed after a while.'),
  FILE_NOT_FOUND: define(404, 'No such file', 'Take a file name from the download list of the job.'),
  METHOD_NOT_ALLOWED: define(405, 'This method is not allowed here', 'Use a method that `Allow` names.'),
  TASK_ENDED: define(409, 'The task has already ended', 'Nothing is left to do.'),
  JOB_RUNNING: define(409, 'The job is still running', 'Wait for its end, or cancel its task first.'),
  NOTHING_TO_RETRY: define(409, 'No file of the job failed', 'Nothing is left to do.'),
  FILE_TOO_LARGE: define(413, 'An image is too large', 'Send images of at most 10 MiB each.'),
  BODY_TOO_LARGE: define(413, 'The request is too large', 'Send less at once.'),
  UNSUPPORTED_IMAGE_TYPE: define(415, 'Not an image that is taken', 'Send JPEG, PNG or WebP.'),
  UNSUPPORTED_MEDIA_TYPE: define(415, 'The body has the wrong type', 'Send the content type that the route takes.'),
  RANGE_NOT_SATISFIABLE: define(416, 'The file has no such part', 'Ask for a range within the size of the file.'),
  IMAGE_UNDECODABLE: define(422, 'An image cannot be decoded', 'Open it in a viewer and save it again.'),
  IMAGE_TOO_MANY_PIXELS: define(422, 'An image has too many pixels', 'Scale it to at most 64 megapixels.'),
  IMAGE_TOO_SMALL: define(
    422,
    'An image is too small or too thin',
    'Send at least 16 pixels on each side, cropped close to the object.',
  ),
  NO_FOREGROUND: define(
    422,
    'No object was found in the image',
    'Send an image in which one thing stands out, best on a plain background.',
  ),
  FACE_LIMIT_TOO_LOW: define(422, 'The face limit is too low for this shape', 'Give a higher face limit.'),
  IDEMPOTENCY_KEY_REUSED: define(422, 'The idempotency key was used for something else', 'Use a new key.'),
  RATE_LIMITED: define(429, 'Too many requests', 'Wait as long as `Retry-After` says.', true),
  INTERNAL_ERROR: define(500, 'Something went wrong here', 'Try again; if it stays, report the `request_id`.', true),
  TOO_MANY_STREAMS: define(503, 'Too many open event streams', 'Wait as long as `Retry-After` says.', true),
  QUEUE_FULL: define(503, 'The queue is full', 'Wait as long as `Retry-After` says.', true),
  SHUTTING_DOWN: define(503, 'The server is restarting', 'Wait as long as `Retry-After` says.', true),
  STORAGE_FULL: define(507, 'The storage is full', 'Delete jobs that are no longer needed, then try again.', true),
  GENERATION_FAILED: define(500, 'The model could not be made', 'Try again, or with another model.', true),
  WORKER_CRASHED: define(500, 'The worker stopped twice on this image', 'Try another image or another model.'),
  CONTENT_REFUSED: define(422, 'The provider refuses this image', 'Send another image, or take another model.'),
  DAILY_LIMIT_REACHED: define(
    429,
    'The spending limit of the day is reached',
    'Go on tomorrow (UTC), raise FAL_DAILY_LIMIT_USD, or take the local model.',
  ),
  PROVIDER_KEY_REFUSED: define(
    502,
    "The provider refuses this server's key",
    'Whoever runs the server sets a valid FAL_KEY.',
  ),
  PROVIDER_REFUSED: define(502, 'The provider refuses the request', 'Change the options, or take another model.'),
  PROVIDER_BUSY: define(503, 'The provider is busy', 'Try again in a while, or take another model.', true),
  PROVIDER_UNAVAILABLE: define(
    502,
    'The provider does not answer',
    'Try again in a while, or take another model.',
    true,
  ),
  PROVIDER_TIMEOUT: define(504, 'The provider took too long', 'Try again, or take another model.', true),
  RESULT_INVALID: define(
    502,
    'The provider gave no usable model',
    'Try again with other options, or take another model.',
  ),
  SUBMIT_OUTCOME_UNKNOWN: define(
    502,
    'Nobody knows whether the provider took the job',
    "Look at the provider's own list of requests; a retry may be billed a second time.",
  ),
  ALL_FILES_FAILED: define(500, 'No image became a model', 'See the error of each file.'),
} as const satisfies Record<string, ErrorDefinition>;

/** A stable error code, upper snake case. */
export type ErrorCode = keyof typeof errorDefinitions;
