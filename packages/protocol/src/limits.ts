/** Limits known to both ends: a client may check them before sending, the server always does. */

/** Maximum number of images in one upload. */
export const maxFilesPerUpload = 25;
/** Maximum size of one image: 10 MiB. */
export const maxFileSizeBytes = 10 * 1024 * 1024;
/** Maximum pixels of a decoded image: 64 megapixels. */
export const maxImagePixels = 64_000_000;
/** The lowest face limit that can be requested. */
export const minFaceLimit = 100;
/** The highest face limit that can be requested. */
export const maxFaceLimit = 1_000_000;
/** Accepted image types, detected from the content and never from the name. */
export const imageContentTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/avif'] as const;
/** Maximum number of tasks in one combined stream. */
export const maxTasksPerStream = 100;
/** The longest that a long poll may wait for something new, in seconds. */
export const maxPollSeconds = 25;
/** How many lasting links a job may have at once. */
export const maxSharesPerJob = 50;
/** The shortest life of a lasting link, in seconds: one minute. */
export const minShareSeconds = 60;
/** The longest life of a lasting link that ends by itself, in seconds: a year. */
export const maxShareSeconds = 365 * 24 * 60 * 60;
/** The life of a lasting link where none is asked for, in seconds: a week. */
export const defaultShareSeconds = 7 * 24 * 60 * 60;
/** The smallest size of a downloaded model that can be asked for: its longest side in millimetres. */
export const minSizeMm = 1;
/** The largest size of a downloaded model that can be asked for: its longest side in millimetres. */
export const maxSizeMm = 100_000;
/** The longest side of a model for printing (STL, 3MF) where no size is asked for, in millimetres. */
export const printSizeMm = 100;
