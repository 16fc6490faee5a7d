import type { Failure } from '@image2model/client';
import { explain, nextStep, reasonOf, sentence } from '../messages/errors.ts';
import type { Photo } from './photo.svelte.ts';

/** Says at each photo what the server refused it for. Whether all that was wrong stands at photos now. */
export function markRefused(photos: readonly Photo[], { errors }: Pick<Failure, 'errors'>): boolean {
  let marked = 0;
  for (const { code, detail, filename } of errors) {
    const photo = photos.find(({ file, problem }) => problem === '' && file.name === filename);
    if (!photo) continue;
    photo.problem = `${sentence(reasonOf(code, detail))} ${nextStep(code)}`;
    marked += 1;
  }
  return marked > 0 && marked === errors.length;
}

/** What is wrong besides single photos, and what to do about it. */
export function refusalWords({ code, error, errors }: Pick<Failure, 'code' | 'error' | 'errors'>): string {
  const others = errors.filter(({ filename }) => filename === undefined);
  if (others.length === 0) return explain({ code, error });
  return [...new Set(others.map((each) => explain({ code: each.code, error: each.detail })))].join(' ');
}
