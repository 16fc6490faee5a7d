import type { Failure } from '@image2model/client';
import type { ProblemItem } from '@image2model/protocol';
import { explain, nextStep, reasonOf, sentence } from '../messages/errors.ts';
import type { Photo } from './photo.svelte.ts';

/** Says at each photo why the server rejected it. Whether every error belongs to a photo now. */
export function markRejected(photos: readonly Photo[], { errors }: Pick<Failure, 'errors'>): boolean {
  let marked = 0;
  for (const item of errors) {
    const photo = photos.find(({ file, error }) => error === '' && file.name === item.filename);
    if (!photo) continue;
    photo.error = rejectionOf(item);
    marked += 1;
  }
  return marked > 0 && marked === errors.length;
}

/** What is wrong besides single photos, and what to do about it. */
export function rejectionText({ code, error, errors }: Pick<Failure, 'code' | 'error' | 'errors'>): string {
  const others = errors.filter(({ filename }) => filename === undefined);
  if (others.length === 0) return explain({ code, error });
  return [...new Set(others.map((item) => explain({ code: item.code, error: item.detail })))].join(' ');
}

function rejectionOf({ code, detail, message_id, message_values }: ProblemItem): string {
  return `${sentence(reasonOf(code, { message: detail, message_id, message_values }))} ${nextStep(code)}`;
}
