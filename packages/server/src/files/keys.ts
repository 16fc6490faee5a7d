/** Where each file of a job lies in the file store. Ids are UUIDs, so a key never holds anything a client chose. */

/** Every job has a part of its own below this prefix, named by its id. */
export const jobsPrefix = 'jobs';

/** Everything of a job lies under this prefix. */
export function jobPrefix(jobId: string): string {
  return `${jobsPrefix}/${jobId}`;
}

/** What is known of a job without the database: written once it was accepted. */
export function manifestKey(jobId: string): string {
  return `${jobPrefix(jobId)}/job.json`;
}

/** The same as it stood when the last task had ended. A power cut may take it back. */
export function endingKey(jobId: string): string {
  return `${jobPrefix(jobId)}/ended.json`;
}

/** Lies there while earlier results are copied for an upload that is no job yet: they do not show that it ever was one. */
export function unfinishedUploadKey(jobId: string): string {
  return `${jobPrefix(jobId)}/upload`;
}

/** The image as it was uploaded. */
export function imageKey(jobId: string, fileId: string): string {
  return `${jobPrefix(jobId)}/images/${fileId}`;
}

/** The masks of a job's images, those too that are about to be replaced. */
export function masksPrefix(jobId: string): string {
  return `${jobPrefix(jobId)}/masks`;
}

/** A mask of an image as it was sent, under a key of its own: a new one lies beside it until it has taken its place. */
export function maskKey(jobId: string, fileId: string, maskId: string): string {
  return `${masksPrefix(jobId)}/${fileId}.${maskId}`;
}

/** The image made small. */
export function thumbnailKey(jobId: string, fileId: string): string {
  return `${jobPrefix(jobId)}/thumbnails/${fileId}.webp`;
}

/**
 * An attempt at a file, whose results lie under keys of its own: an attempt that lost its lease and ends late can
 * neither replace nor remove what another one made. `attemptId` is null for a result of an earlier version, which had
 * one place for all attempts.
 */
export interface AttemptPlace {
  jobId: string;
  fileId: string;
  attemptId: string | null;
}

/** The results of all attempts at a job's files lie here, side by side: a directory for each would cost another sync. */
export function resultsPrefix(jobId: string): string {
  return `${jobPrefix(jobId)}/models`;
}

/** What the names below {@link resultsPrefix} of an attempt begin with; without one, those of all attempts at a file. */
export function attemptName(fileId: string, attemptId?: string): string {
  return attemptId === undefined ? `${fileId}.` : `${fileId}.${attemptId}.`;
}

/** The finished model, glTF binary. */
export function modelKey({ jobId, fileId, attemptId }: AttemptPlace): string {
  if (attemptId === null) return `${jobPrefix(jobId)}/models/${fileId}.glb`;
  return `${resultsPrefix(jobId)}/${attemptName(fileId, attemptId)}glb`;
}

/** The model's preview picture. */
export function previewKey({ jobId, fileId, attemptId }: AttemptPlace): string {
  if (attemptId === null) return `${jobPrefix(jobId)}/previews/${fileId}.webp`;
  return `${resultsPrefix(jobId)}/${attemptName(fileId, attemptId)}webp`;
}

/** A file that the model gave beside the GLB, by its place in the list of the file's extra files. */
export function extraKey({ jobId, fileId, attemptId }: AttemptPlace, index: number): string {
  if (attemptId === null) return `${jobPrefix(jobId)}/extras/${fileId}/${index}`;
  return `${resultsPrefix(jobId)}/${attemptName(fileId, attemptId)}extra-${index}`;
}
