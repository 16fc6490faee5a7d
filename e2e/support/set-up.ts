import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { launchBrowser } from './chromium.ts';
import { type RunningServer, startServer } from './server.ts';

/** What the tests of a file share: a browser, and a server for it. */
export interface SetUp {
  /** There from the first test on. */
  readonly server: RunningServer;
  /** There from the first test on. */
  readonly browser: Browser;
  /** A visitor of their own, in English unless the options say otherwise; gone at the end of the test. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** A page of a new visitor, at a path of the server. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>;
}

/** The size of a window on a desktop. */
export const desktop = { width: 1280, height: 900 } as const;

/** Starts the server, with these settings, and a browser before the first test of a file; ends both after the last. */
export function setUp(settings: Record<string, string> = {}): SetUp {
  let server: RunningServer | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    // One after the other, so that what has started is closed even where the second one fails.
    server = await startServer(settings);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function newContext(options?: BrowserContextOptions): Promise<BrowserContext> {
    const context = await started(browser).newContext({ locale: 'en-GB', ...options });
    onTestFinished(async () => await context.close());
    return context;
  }

  async function open(path = '/', options?: BrowserContextOptions): Promise<Page> {
    const page = await (await newContext(options)).newPage();
    await page.goto(started(server).url + path);
    return page;
  }

  return {
    get server() {
      return started(server);
    },
    get browser() {
      return started(browser);
    },
    newContext,
    open,
  };
}

/** A browser alone, for tests that start their servers themselves. */
export function setUpBrowser(): { readonly browser: Browser } {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => await browser?.close());
  return {
    get browser() {
      return started(browser);
    },
  };
}

function started<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('This is there in tests alone: it starts before the first one.');
  return part;
}
