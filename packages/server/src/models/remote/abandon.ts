import type { ModelContext } from '../contract.ts';
import type { Submitted } from './journal.ts';
import type { RemoteModel } from './remote-model.ts';

/**
 * Leaves a job that is under way, and that nobody will ask for, to a cleanup. Where that cannot be written, the provider
 * is asked directly: its id is known nowhere else. Rejects where that failed too.
 */
export async function abandonJob(remote: RemoteModel, context: ModelContext, submitted: Submitted): Promise<void> {
  const { id: model, job, provider, log } = remote;
  const { jobId } = submitted;
  try {
    await context.abandon(submitted);
  } catch {
    await job.cancel?.(jobId).catch((error: unknown) => {
      log.warn({ provider: provider.id, request_id: jobId, model, err: error }, 'A job at a provider is left running');
      throw error;
    });
  }
}
