/** Progress of an upload in bytes; `progress` is 0 to 100. */
export interface UploadProgress {
  loaded: number;
  total: number;
  progress: number;
}

export function uploadProgress(loaded: number, total: number): UploadProgress {
  return { loaded, total, progress: total ? (100 * loaded) / total : 100 };
}
