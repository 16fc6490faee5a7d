import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

declare global {
  interface Window {
    axe?: { run(options: RunOptions): Promise<AxeResults> };
  }
}

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 at A and AA, and what axe calls good practice. */
const options: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
};

/** What axe finds wrong with the page as it is now, in words: the rule, the element, the reason. */
export async function violationsOf(page: Page): Promise<string[]> {
  // Evaluated by the debugger, so a page's own policy for scripts does not keep it out.
  if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(await source);
  const results = await page.evaluate(async (asked) => await window.axe?.run(asked), options);
  return (results?.violations ?? (['axe did not run'] as never[])).flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.replaceAll(/\s+/g, ' ')}`),
  );
}
