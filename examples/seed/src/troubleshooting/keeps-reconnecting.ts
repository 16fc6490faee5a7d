import api, { type ProgressStream } from '@image2model/client';
import { toast } from '../toast.ts';

/** The answer to "SSE connection keeps reconnecting". */
export function monitorReconnections(taskId: string): ProgressStream {
  // Monitor reconnection attempts
  let reconnectCount = 0;
  const stream = api.createProgressStream(taskId, {
    // Different: counted here. `onError` is called once, when the stream has ended for good.
    onReconnecting: () => {
      reconnectCount++;
      if (reconnectCount > 5) {
        toast.error('Connection unstable. Please refresh the page.');
        stream.close();
      }
    },
    // Different: counted in a row. The server itself closes each stream after some minutes, which is no trouble.
    onTaskUpdate: () => {
      reconnectCount = 0;
    },
  });
  return stream;
}
