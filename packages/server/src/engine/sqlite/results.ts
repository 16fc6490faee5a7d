import { createHash } from 'node:crypto';
import type { ModelFile } from '@image2model/protocol';
import type { StoredResult, Work } from '../contract.ts';
import type { TaskFacts } from './live-tasks.ts';
import type { Session } from './session.ts';

/** Takes down of what work a file of a task is the result; inside the transaction that records its ending. */
export function noteResult(session: Session, task: TaskFacts, fileId: string): void {
  const sha256 = session.get('file', fileId)?.sha256 ?? '';
  session.insert('insertResult', { work: digest({ ...task, sha256 }, task.options), fileId });
}

/** See {@link Engine.earlierResult}. */
export function readEarlierResult(session: Session, work: Work): (StoredResult & { jobId: string }) | undefined {
  const found = session.get('resultOf', digest(work, JSON.stringify(work.options)));
  if (!found) return undefined;
  const { jobId, attemptId, result } = found;
  return { jobId, attemptId, result: JSON.parse(result) as ModelFile };
}

/** Sixteen bytes in place of all that a result depends on: nothing of it is ever read back. */
function digest({ owner, sha256, model, faceLimit }: Omit<Work, 'options'>, options: string): Uint8Array {
  const text = JSON.stringify([owner, sha256, model, options, faceLimit]);
  return createHash('sha256').update(text).digest().subarray(0, 16);
}
