import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ApiService } from '@image2model/client';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../e2e/support/chromium.ts';
import { quantile } from '../quantile.ts';

/** How smoothly a page ran while it was looked at. */
export interface Frames {
  /** What was looked at, for a person. */
  what: string;
  /** Frames a second over the whole time. */
  perSecond: number;
  /** Milliseconds from one frame to the next. */
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  worstMs: number;
  /** Frames that took longer than 50 ms, which a person can see. */
  longFrames: number;
  /** Time in which the page's own work held up a frame, in per cent of the whole. */
  scriptShare: number;
  /** Layout shift meanwhile (CLS). */
  layoutShift: number;
  /** Milliseconds of the processor's time that all processes of the browser took in a second. */
  browserCpuMs: number;
  /** Events that came over the stream of the task in a second. */
  eventsPerSecond: number;
}

const watchMs = 10_000;

/**
 * Counts the frames of a page that does nothing, of the progress page of a hundred files that wait, and of one whose
 * hundred files report ten times a second each; the last once more in a browser without a graphics card, emulated or not.
 */
export async function measureFrames(): Promise<Frames[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'servers/busy.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The busy server ended before it listened')));
    const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
    // Its end is asked for below.
    ended.catch(() => undefined);
    const { url, busy, waiting } = JSON.parse(line.toString()) as { url: string; busy: string; waiting: string };
    const emulated = await launchBrowser();
    // What Chromium does for whoever has no graphics card: it draws without one, rather than with one that is emulated.
    const plain = await launchBrowser({ args: ['--disable-gpu'] });
    try {
      return [
        await look(emulated, 'An empty page', url),
        await look(emulated, '100 files that wait', url, waiting),
        await look(emulated, '**100 files at work**', url, busy),
        await look(plain, '**100 files at work**, no graphics card', url, busy),
      ];
    } finally {
      await Promise.all([emulated.close(), plain.close()]);
    }
  } finally {
    if (child.exitCode === null) {
      child.kill();
      await once(child, 'exit');
    }
  }
}

/** Opens the progress page of a task, or an empty page, and watches it. */
async function look(browser: Browser, what: string, url: string, taskId?: string): Promise<Frames> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  let events = 0;
  // Beside the page's own stream, to count what it is sent.
  const stream =
    taskId === undefined
      ? undefined
      : new ApiService({ baseUrl: url }).createProgressStream(taskId, { onFileUpdate: () => (events += 1) });
  if (taskId === undefined) {
    await page.setContent('<!doctype html><title>Nothing</title>');
  } else {
    await page.goto(`${url}/processing?taskId=${taskId}`);
    await page.getByRole('progressbar').nth(100).waitFor({ state: 'attached' });
    // The pictures are there and the first layout is done.
    await page.waitForLoadState('load');
  }
  // What came up to here is how things stood.
  events = 0;
  const cpuBefore = await cpuMs(browser);
  const seen = await watch(page);
  const browserCpuMs = ((await cpuMs(browser)) - cpuBefore) / (watchMs / 1000);
  stream?.close();
  await page.close();
  return { what, ...seen, browserCpuMs, eventsPerSecond: events / (watchMs / 1000) };
}

async function watch(page: Page): Promise<Omit<Frames, 'what' | 'browserCpuMs' | 'eventsPerSecond'>> {
  const { intervals, blockedMs, layoutShift } = await page.evaluate(async (forMs) => {
    let blocked = 0;
    let shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) blocked += (entry as { blockingDuration?: number }).blockingDuration ?? 0;
    }).observe({ type: 'long-animation-frame' });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shift += (entry as { value?: number }).value ?? 0;
    }).observe({ type: 'layout-shift' });
    const at: number[] = [];
    await new Promise<void>((resolve) => {
      const began = performance.now();
      const frame = (time: number) => {
        at.push(time);
        if (performance.now() - began < forMs) requestAnimationFrame(frame);
        else resolve();
      };
      requestAnimationFrame(frame);
    });
    return {
      intervals: at.slice(1).map((time, index) => time - (at[index] ?? time)),
      blockedMs: blocked,
      layoutShift: shift,
    };
  }, watchMs);
  return {
    perSecond: (1000 * intervals.length) / intervals.reduce((sum, each) => sum + each, 0),
    p50Ms: quantile(intervals, 0.5),
    p95Ms: quantile(intervals, 0.95),
    p99Ms: quantile(intervals, 0.99),
    worstMs: quantile(intervals, 1),
    longFrames: intervals.filter((each) => each > 50).length,
    scriptShare: (100 * blockedMs) / watchMs,
    layoutShift,
  };
}

/** The processor's time that all processes of a browser have taken so far. */
async function cpuMs(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return 1000 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}
