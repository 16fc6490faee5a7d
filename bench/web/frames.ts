import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ApiService } from '@image2model/client';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../../e2e/support/chromium.ts';

/** How smoothly the progress page ran while a hundred files moved on it. */
export interface Frames {
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
  cards: number;
  /** Events that came over the stream in a second. */
  eventsPerSecond: number;
}

const watchMs = 10_000;

/** Opens the progress page of a task whose hundred files report ten times a second each, and counts its frames. */
export async function measureFrames(): Promise<Frames> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'servers/busy.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const browser = await launchBrowser();
  try {
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The busy server ended before it listened')));
    const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
    // Its end is asked for below.
    ended.catch(() => undefined);
    const { url, taskId } = JSON.parse(line.toString()) as { url: string; taskId: string };
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${url}/processing?taskId=${taskId}`);
    await page.getByRole('progressbar').nth(100).waitFor();
    // The pictures are there and the first layout is done.
    await page.waitForLoadState('load');
    let events = 0;
    const stream = new ApiService({ baseUrl: url }).createProgressStream(taskId, {
      onFileUpdate: () => (events += 1),
    });
    const seen = await watch(page);
    stream.close();
    return { ...seen, eventsPerSecond: events / (watchMs / 1000) };
  } finally {
    await browser.close();
    if (child.exitCode === null) {
      child.kill();
      await once(child, 'exit');
    }
  }
}

async function watch(page: Page): Promise<Omit<Frames, 'eventsPerSecond'>> {
  const { intervals, blockedMs, layoutShift, cards } = await page.evaluate(async (forMs) => {
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
      cards: document.querySelectorAll('[role=progressbar]').length - 1,
    };
  }, watchMs);
  const sorted = intervals.toSorted((a, b) => a - b);
  const quantile = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
  return {
    perSecond: (1000 * intervals.length) / intervals.reduce((sum, each) => sum + each, 0),
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
    worstMs: quantile(1),
    longFrames: intervals.filter((each) => each > 50).length,
    scriptShare: (100 * blockedMs) / watchMs,
    layoutShift,
    cards,
  };
}
