/** Where each file of a job lies in the file store. Ids are UUIDs, so a key never holds anything a client chose. */

/** Every job has a part of its own below this prefix, named by its id. */
export const jobsPrefix = 'jobs';

/** Everything of a job lies under this prefix. */
export function jobPrefix(jobId: string): string {
  return `${jobsPrefix}/${jobId}`;
}

/** The image as it was uploaded. */
export function imageKey(jobId: string, fileId: string): string {
  return `${jobPrefix(jobId)}/images/${fileId}`;
}

/** The image made small. */
export function thumbnailKey(jobId: string, fileId: string): string {
  return `${jobPrefix(jobId)}/thumbnails/${fileId}.webp`;
}

/** The finished model, glTF binary. */
export function modelKey(jobId: string, fileId: string): string {
  return `${jobPrefix(jobId)}/models/${fileId}.glb`;
}

/** The model's preview picture. */
export function previewKey(jobId: string, fileId: string): string {
  return `${jobPrefix(jobId)}/previews/${fileId}.webp`;
}

/** The files that a model gave beside the GLB lie under this prefix. */
export function extrasPrefix(jobId: string, fileId: string): string {
  return `${jobPrefix(jobId)}/extras/${fileId}`;
}

/** One of them, by its place in the list of the file's extra files. */
export function extraKey(jobId: string, fileId: string, index: number): string {
  return `${extrasPrefix(jobId, fileId)}/${index}`;
}
