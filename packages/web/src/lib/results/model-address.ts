/** The part of the address that says which model of a batch is shown. */
export const fileParameter = 'file';

/** The address of a batch's results, opened at the model of one file. */
export function modelAddress(jobId: string, fileId: string): string {
  return `/results/${jobId}?${fileParameter}=${encodeURIComponent(fileId)}`;
}
