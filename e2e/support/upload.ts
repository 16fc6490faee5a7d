import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { samples } from './jobs.ts';

/** The paths of sample photos. */
export const samplePaths = (...names: readonly string[]): string[] => names.map((name) => join(samples, name));

/** Picks files on the upload page, as its file dialog would. */
export async function pick(page: Page, files: Parameters<Page['setInputFiles']>[1]): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles(files);
}

/** The card of a picked photo. */
export const card = (page: Page, name: string): Locator => page.getByRole('listitem').filter({ hasText: name });

/** How many jobs the server at this address has. */
export async function jobCount(url: string): Promise<number> {
  const list = (await (await fetch(`${url}/api/v1/jobs?limit=100`)).json()) as { jobs: unknown[] };
  return list.jobs.length;
}
