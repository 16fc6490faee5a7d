import { createHash } from 'node:crypto';
import type { ModelFile } from '@image2model/protocol';
import type { StoredResult, Work } from '../contract.ts';
import type { TaskFacts } from './live-tasks.ts';
import type { Session } from './session.ts';

/** Takes down of what work a file of a task is the result; inside the transaction that records its ending. */
export function noteResult(session: Session, task: TaskFacts, fileId: string): void {
  const file = session.get('file', fileId);
  const { sha256 = '', maskSha256 } = file ?? {};
  session.insert('insertResult', {
    work: digest({ ...task, sha256, mask: maskSha256 ?? undefined }, task.options),
    fileId,
  });
}

/**
 * Forgets the results that a file had in tasks before this one, which made it again; inside the transaction that records
 * its ending, and before {@link noteResult}. Returns the attempts that had stored them.
 */
export function supersede(session: Session, place: number, fileId: string): string[] {
  const attempts = session.all('resultsBefore', fileId, place).map(({ attemptId }) => attemptId);
  if (attempts.length > 0) {
    session.run('dropResultsBefore', fileId, place);
    // Of what work they were: the new one may be of another.
    session.run('dropResults', fileId);
  }
  return attempts.filter((attemptId) => attemptId !== null);
}

/** See {@link Engine.earlierResult}. */
export function readEarlierResult(session: Session, work: Work): (StoredResult & { jobId: string }) | undefined {
  const found = session.get('resultOf', digest(work, JSON.stringify(work.options)));
  if (!found) return undefined;
  const { jobId, attemptId, result } = found;
  return { jobId, attemptId, result: JSON.parse(result) as ModelFile };
}

/** Sixteen bytes in place of all that a result depends on: nothing of it is ever read back. */
function digest({ owner, sha256, mask, model, faceLimit }: Omit<Work, 'options'>, options: string): Uint8Array {
  // Without one as it was before there were masks.
  const text = JSON.stringify([owner, sha256, model, options, faceLimit, ...(mask === undefined ? [] : [mask])]);
  return createHash('sha256').update(text).digest().subarray(0, 16);
}
