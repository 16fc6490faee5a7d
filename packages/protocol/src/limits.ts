/** Limits that both ends know: a client can check before it sends, the server always does. */

/** Images in one upload. */
export const maxFilesPerUpload = 25;
/** Bytes of one image: 10 MiB. */
export const maxFileSizeBytes = 10 * 1024 * 1024;
/** Pixels that an image may decompress to: 64 megapixels. */
export const maxImagePixels = 64_000_000;
/** The smallest face budget that a model can be built with. */
export const minFaceLimit = 100;
/** The largest whole number taken as a face budget. */
export const maxFaceLimit = 1_000_000;
/** Content types of the images that are taken, judged by content and never by name. */
export const imageContentTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;
/** Tasks that one combined stream follows. */
export const maxTasksPerStream = 100;
