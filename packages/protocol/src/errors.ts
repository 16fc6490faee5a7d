interface ErrorDefinition {
  /** HTTP status. For failures inside a task, which answer no request, the status of their class. */
  status: number;
  /** What went wrong in a few words; the same for every occurrence. */
  title: string;
  /** What a person or a program can do next. */
  next: string;
  /** Whether the same request or file can succeed later, unchanged. */
  retryable: boolean;
}

const define = (status: number, title: string, next: string, retryable = false): ErrorDefinition => ({
  status,
  title,
  next,
  retryable,
});

/** Every error code. Codes are stable. `docs/errors.md` lists them all, and a test compares the two. */
export const errorDefinitions = {
  INVALID_REQUEST: define(400, 'Malformed request', 'Correct the entries in `errors` and send it again.'),
  INVALID_ID: define(400, 'Invalid id', 'Use the id that the server returned; ids are UUIDs.'),
  NO_FILES: define(400, 'No image uploaded', 'Send 1 to 25 images as `files` in multipart/form-data.'),
  TOO_MANY_FILES: define(400, 'Too many images', 'Send at most 25 images per upload; split the batch.'),
  INVALID_FACE_LIMIT: define(400, 'Invalid face limit', 'Use a whole number of at least 100, or omit it.'),
  INVALID_OPTIONS: define(400, 'Invalid model options', "Check them against the model's `options_schema`."),
  UNKNOWN_MODEL: define(400, 'No such model', 'Use an id from /api/v1/models/available.'),
  MASK_UNMATCHED: define(
    400,
    'A mask does not match exactly one photo',
    'Name each mask like its photo, or chair.mask.png for chair.jpg, and send one per photo.',
  ),
  MASK_UNSUPPORTED: define(400, 'The model does not use masks', 'Send no masks, or use a model with `masks`.'),
  UNAUTHENTICATED: define(401, 'A valid API key is required', 'Send `Authorization: Bearer <key>` with a valid key.'),
  FORBIDDEN: define(403, 'Not allowed with this key', 'Use a key with the required permission.'),
  NOT_FOUND: define(404, 'Not found', 'Check the address.'),
  TASK_NOT_FOUND: define(404, 'No such task', 'Check the task id; finished tasks are removed after a while.'),
  JOB_NOT_FOUND: define(404, 'No such job', 'Check the job id; finished jobs are removed after a while.'),
  FILE_NOT_FOUND: define(404, 'No such file', "Use a file name from the job's download list."),
  SHARE_NOT_FOUND: define(
    404,
    'The link has expired or was revoked',
    'Ask whoever sent the link for a new one; the owner of the job sees the links that are valid.',
  ),
  METHOD_NOT_ALLOWED: define(405, 'Method not allowed', 'Use a method listed in `Allow`.'),
  TASK_ENDED: define(409, 'The task has already ended', 'There is nothing left to do.'),
  JOB_RUNNING: define(409, 'The job is still running', 'Wait until it ends, or cancel its task first.'),
  NOTHING_TO_RETRY: define(
    409,
    'Nothing to retry',
    'Every file of the job has its model; to make some again, name them in `file_ids`.',
  ),
  TOO_MANY_SHARES: define(409, 'The job has too many links', 'Revoke a link that is no longer needed.'),
  FILE_LOST: define(
    410,
    'The file is lost or damaged on the server',
    'Retry the job to make a model again; upload a lost photo again.',
  ),
  FILE_TOO_LARGE: define(413, 'An image is too large', 'Send images of at most 10 MiB each.'),
  BODY_TOO_LARGE: define(413, 'The request is too large', 'Send less in one request.'),
  UNSUPPORTED_IMAGE_TYPE: define(415, 'Unsupported image type', 'Send JPEG, PNG, WebP or AVIF.'),
  UNSUPPORTED_MEDIA_TYPE: define(415, 'Unsupported content type', 'Send the content type that the route accepts.'),
  RANGE_NOT_SATISFIABLE: define(416, 'Range not satisfiable', 'Request a range within the size of the file.'),
  IMAGE_UNDECODABLE: define(422, 'An image cannot be decoded', 'Open it in an image viewer and save it again.'),
  IMAGE_TOO_MANY_PIXELS: define(422, 'An image has too many pixels', 'Scale it down to at most 64 megapixels.'),
  IMAGE_TOO_SMALL: define(
    422,
    'An image is too small or too narrow',
    'Send an image of at least 16 pixels on each side, cropped close to the object.',
  ),
  NO_FOREGROUND: define(
    422,
    'No object was found in the image',
    'Send an image in which one object stands out, ideally on a plain background.',
  ),
  MASK_INVALID: define(
    422,
    'A mask cannot be used with its photo',
    'Send a mask with the proportions of its photo, white where the object is.',
  ),
  FACE_LIMIT_TOO_LOW: define(422, 'The face limit is too low for this shape', 'Use a higher face limit.'),
  IDEMPOTENCY_KEY_REUSED: define(422, 'The idempotency key was used for a different request', 'Use a new key.'),
  RATE_LIMITED: define(429, 'Too many requests', 'Wait as long as `Retry-After` says.', true),
  INTERNAL_ERROR: define(500, 'Internal error', 'Try again; if it persists, report the `request_id`.', true),
  TOO_MANY_STREAMS: define(503, 'Too many open event streams', 'Wait as long as `Retry-After` says.', true),
  QUEUE_FULL: define(503, 'The queue is full', 'Wait as long as `Retry-After` says.', true),
  OUT_OF_RESOURCES: define(503, 'The server is short of resources', 'Wait as long as `Retry-After` says.', true),
  SHUTTING_DOWN: define(503, 'The server is restarting', 'Wait as long as `Retry-After` says.', true),
  STORAGE_FULL: define(507, 'The storage is full', 'Delete jobs that you no longer need, then try again.', true),
  STORAGE_GONE: define(
    503,
    'The server has lost its storage',
    'Ask the operator to put the data back and restart the server.',
    true,
  ),
  GENERATION_FAILED: define(500, 'The model could not be made', 'Try again, or use another model.', true),
  OUT_OF_MEMORY: define(
    500,
    'The server ran out of memory on this image',
    'Try again later, or use another model.',
    true,
  ),
  WORKER_CRASHED: define(500, 'The worker crashed twice on this image', 'Try another image or another model.'),
  CONTENT_REFUSED: define(422, 'The provider rejected this image', 'Send another image, or use another model.'),
  DAILY_LIMIT_REACHED: define(
    429,
    'Daily spending limit reached',
    'Try again tomorrow (UTC), raise FAL_DAILY_LIMIT_USD, or use the local model.',
  ),
  PROVIDER_KEY_REFUSED: define(
    502,
    "The provider rejected this server's key",
    'Ask the operator to set a valid FAL_KEY.',
  ),
  PROVIDER_REFUSED: define(502, 'The provider rejected the request', 'Change the options, or use another model.'),
  PROVIDER_BUSY: define(503, 'The provider is busy', 'Try again later, or use another model.', true),
  PROVIDER_UNAVAILABLE: define(502, 'The provider does not respond', 'Try again later, or use another model.', true),
  PROVIDER_TIMEOUT: define(504, 'The provider took too long', 'Try again, or use another model.', true),
  RESULT_INVALID: define(
    502,
    'The provider returned no usable model',
    'Try again with other options, or use another model.',
  ),
  SUBMIT_OUTCOME_UNKNOWN: define(
    502,
    'Unknown whether the provider accepted the job',
    "Check the provider's own list of requests; a retry may be billed again.",
  ),
  ALL_FILES_FAILED: define(500, 'No image became a model', 'See the error of each file.'),
} as const satisfies Record<string, ErrorDefinition>;

/** A stable error code, upper snake case. */
export type ErrorCode = keyof typeof errorDefinitions;
