import type { DeleteOutcome, Engine } from '../engine/contract.ts';
import type { FileStore } from '../files/contract.ts';
import { jobPrefix } from '../files/keys.ts';

interface RemovalContext {
  engine: Pick<Engine, 'deleteJob'>;
  files: Pick<FileStore, 'removePrefix' | 'areRemovalsHeld'>;
}

/**
 * Deletes a job, which may have begun to run again meanwhile, and then its files. They go at once, since on a full disk
 * this is what makes room; those that do not, or that a backup still reads, are removed by the cleanup that the engine
 * keeps.
 */
export async function removeJob({ engine, files }: RemovalContext, jobId: string): Promise<DeleteOutcome> {
  const outcome = await engine.deleteJob(jobId);
  if (outcome === 'deleted') await removeFiles(files, jobId).catch(() => undefined);
  return outcome;
}

async function removeFiles(files: RemovalContext['files'], jobId: string): Promise<void> {
  if (!(await files.areRemovalsHeld())) await files.removePrefix(jobPrefix(jobId));
}
