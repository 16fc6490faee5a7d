import api, { type Failure, type ProgressCallbacks, type ProgressStream } from '@image2model/client';
import { toast } from '../toast.ts';

/** The answer to "No events received after connection". */
export async function verifyAndFollow(
  taskId: string,
  callbacks: ProgressCallbacks,
): Promise<ProgressStream | undefined> {
  // Verify task exists before connecting
  const status = await api.getJobStatus(taskId);
  if (status.success) {
    const stream = api.createProgressStream(taskId, callbacks);
    return stream;
  } else {
    toast.error(diagnosis(status));
    return undefined;
  }
}

// Different: the id is only one of the reasons, and the code says which it is.
function diagnosis({ code, error }: Failure): string {
  switch (code) {
    case 'INVALID_ID':
    case 'TASK_NOT_FOUND':
      return 'Invalid task ID';
    case 'UNAUTHENTICATED':
      return 'The API key is missing or wrong';
    case 'NETWORK_ERROR':
      return 'No answer: the server is down, its address is wrong, or it does not allow the origin of this page';
    case 'INVALID_RESPONSE':
      return 'Somebody else answered: the base URL is wrong, or a proxy is in the way';
    default:
      // An error of this server has a code of its own; one without it comes from something in between.
      return code.startsWith('HTTP_') ? `A proxy is in the way: ${error}` : error;
  }
}
