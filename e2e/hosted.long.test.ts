import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from './support/chromium.ts';
import { type RunningServer, startServer } from './support/server.ts';
import { desktop } from './support/set-up.ts';
import { pick, samplePaths } from './support/upload.ts';

const root = join(import.meta.dirname, '..');
const key = 'e2e-id:e2e-secret';

let standIn: ChildProcess;
let simulated: string;
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  // A simulated fal.ai, which makes nothing and bills nobody.
  const options = { keys: [key], plan: { hold: 'run' } };
  standIn = spawn(
    process.execPath,
    [join(root, 'packages/server/test/providers/fal/process.ts'), JSON.stringify(options)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const lines = createInterface({ input: standIn.stdout ?? process.stdin });
  const [line] = (await once(lines, 'line')) as [string];
  const { queueUrl, restUrl, port } = JSON.parse(line) as { queueUrl: string; restUrl: string; port: number };
  simulated = `http://127.0.0.1:${port}/simulated`;
  [server, browser] = await Promise.all([
    startServer({ FAL_KEY: key, FAL_QUEUE_URL: queueUrl, FAL_REST_URL: restUrl }),
    launchBrowser(),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  standIn?.stdin?.end();
});

test('a hosted model is chosen with its price and options, and its result and cost are shown', async () => {
  const page = await (await browser.newContext({ viewport: desktop, locale: 'en-GB' })).newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(server.url);
  await pick(page, samplePaths('duck.png'));
  await page.getByRole('combobox', { name: /^Model/ }).selectOption('tripo3d/tripo/v2.5/image-to-3d');
  await page.getByText(/0\.30/).first().waitFor();
  await openOptions(page);
  await page.getByText('High', { exact: true }).click();
  await page.getByRole('button', { name: /^Make/ }).click();
  await page.waitForURL(/\/processing\?taskId=/);
  // The simulated provider holds the job until this was seen.
  await page.getByText('fal.ai is making the model').first().waitFor();
  await fetch(`${simulated}/release`, { method: 'POST', body: '{}' });
  await page.waitForURL(/\/results\//);
  await page.getByText(/0\.30/).first().waitFor();
  expect(problems).toEqual([]);
});

async function openOptions(page: Page): Promise<void> {
  const more = page.getByText('More options');
  if (await more.isVisible()) await more.click();
}
