import { appEn } from './app.ts';
import { historyEn } from './history.ts';
import { processingEn } from './processing.ts';
import { resultsEn } from './results.ts';
import { uploadEn } from './upload.ts';

/** Every text of the pages, in English. `{name}` stands for a value. The other languages have the same keys. */
export const pagesEn = { ...appEn, ...uploadEn, ...processingEn, ...resultsEn, ...historyEn } as const;

/** The key of a text of the pages. */
export type MessageKey = keyof typeof pagesEn;
