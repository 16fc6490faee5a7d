import { message, messageRef } from '@image2model/protocol';
import type { Message, ModelFile } from '@image2model/protocol';
import type { JobRow } from '../../engine/contract.ts';
import { listedFiles } from '../../files/listed.ts';
import type { ListedFile } from '../../files/listed.ts';
import type { Verifier } from '../../files/verifier.ts';
import { finishedModels } from './job-files.ts';
import type { FinishedModel } from './job-files.ts';

/** A finished model and those of its files that are lost. */
export interface ExaminedModel extends FinishedModel {
  lost: ListedFile[];
}

/** Looks at every file of the finished models of a job, one after the other: each is read once for each change. */
export async function examine(verifier: Verifier, job: JobRow): Promise<ExaminedModel[]> {
  const examined: ExaminedModel[] = [];
  for (const model of finishedModels(job)) {
    const lost: ListedFile[] = [];
    for (const file of listedFiles(model.place, model.result)) {
      if ((await verifier.stat(file.key, file)) === undefined) lost.push(file);
    }
    examined.push({ ...model, lost });
  }
  return examined;
}

/** What a retry has to know of a job's files. */
interface LostFiles {
  /** Whose result is lost, and the attempt that had stored it. */
  lost: Map<string, string | null>;
  /** Of which nothing can be made, and what is said of what they lack. */
  without: Map<string, Message>;
}

/**
 * Looks at all results of a job, and at the photos and masks of what a retry is about: the files named, or those that
 * have no whole result.
 * @param only Ids of files.
 * @param renewed Ids of files whose mask is replaced.
 */
export async function lostFiles(
  verifier: Verifier,
  job: JobRow,
  { only, renewed }: { only?: ReadonlySet<string> | undefined; renewed: { has(fileId: string): boolean } },
): Promise<LostFiles> {
  const lost = new Map<string, string | null>();
  for (const { place, lost: gone } of await examine(verifier, job)) {
    if (gone.length > 0) lost.set(place.fileId, place.attemptId);
  }
  const without: LostFiles['without'] = new Map();
  for (const { fileId, filename, status, storageKey, sizeBytes, sha256, mask } of job.files) {
    const isMeant = only === undefined ? status !== 'completed' || lost.has(fileId) : only.has(fileId);
    if (!isMeant) continue;
    if ((await verifier.stat(storageKey, { sizeBytes, sha256 })) === undefined) {
      without.set(fileId, message('error.photo_lost', { filename }));
    } else if (mask && !renewed.has(fileId) && (await verifier.stat(mask.storageKey, mask)) === undefined) {
      without.set(fileId, message('mask.lost', { filename: mask.filename, photo: filename }));
    }
  }
  return { lost, without };
}

/** The result as it is shown, with what is lost of it marked. */
export function presentResult({ result, lost }: ExaminedModel): ModelFile {
  const [first] = lost;
  if (first === undefined) return result;
  const said = message('error.file_lost', { filename: first.filename });
  const isLost = (filename: string): boolean => lost.some((file) => file.filename === filename);
  const { rendered_image: preview, extra_files: extras } = result;
  return {
    ...result,
    rendered_image: preview && { ...preview, ...mark(lost.some(({ kind }) => kind === 'preview')) },
    ...(extras && { extra_files: extras.map((extra) => ({ ...extra, ...mark(isLost(extra.filename)) })) }),
    ...mark(first.kind === 'model'),
    message: said.text,
    ...messageRef(said),
  };
}

function mark(isMissing: boolean): Pick<ModelFile, 'missing'> {
  return isMissing ? { missing: true } : {};
}
