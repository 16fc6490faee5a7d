import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { launchBrowser } from './chromium.ts';
import { type RunningServer, startServer } from './server.ts';

/** The server and the browser that the tests of a file share. */
export interface SetUp {
  /** Can be used in tests and hooks. */
  readonly server: RunningServer;
  /** A new visitor, in English and with little motion unless the options say otherwise. It is closed at the end of the test. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** A page of a new visitor, at this path of the server. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>;
}

/** The window size of a desktop. */
export const desktop = { width: 1280, height: 900 } as const;

/** Starts a server with these settings and a browser before the first test of a file, and ends both after the last. */
export function setUp(settings: Record<string, string> = {}): SetUp {
  let server: RunningServer | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    // One after the other: if the browser fails to start, the server is closed all the same.
    server = await startServer(settings);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function newContext(options?: BrowserContextOptions): Promise<BrowserContext> {
    const context = await started(browser).newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
    // Without a graphics card, a page in 3D is slow on a busy machine.
    context.setDefaultTimeout(90_000);
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
    newContext,
    open,
  };
}

/** Starts only a browser, for tests that start servers themselves. */
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
  if (part === undefined) throw new Error('Not started yet: use this in tests and hooks only.');
  return part;
}
