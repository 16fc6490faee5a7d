import type { MessageKey } from '../en/pages.ts';
import { appDe } from './app.ts';
import { historyDe } from './history.ts';
import { processingDe } from './processing.ts';
import { resultsDe } from './results.ts';
import { uploadDe } from './upload.ts';

export const pagesDe: Readonly<Record<MessageKey, string>> = {
  ...appDe,
  ...uploadDe,
  ...processingDe,
  ...resultsDe,
  ...historyDe,
};
