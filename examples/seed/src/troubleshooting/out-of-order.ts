import api, { type ProgressStream, type TaskProgress } from '@image2model/client';

/**
 * The answer to "Events arrive out of order". A stream of this SDK has already dropped what is old or repeated. The check
 * is for data from several places, such as a look at the task (`getJobStatus`), which has a `sequence` too.
 */
export function followInOrder(taskId: string, updateProgress: (data: TaskProgress) => void): ProgressStream {
  // Use event sequence numbers if available
  let lastSequence = 0;
  const stream = api.createProgressStream(taskId, {
    onProgress: (data) => {
      if (data.sequence && data.sequence <= lastSequence) {
        return; // Skip out-of-order event
      }
      lastSequence = data.sequence || lastSequence;
      updateProgress(data);
    },
  });
  return stream;
}
