import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
import { expect } from 'vitest';
import { desktop, type SetUp } from './set-up.ts';

/** A new visitor who has signed in with this key, at a desktop unless the options say otherwise. */
export async function signedInVisitor(
  site: SetUp,
  key: string,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await site.newContext({ viewport: desktop, ...options });
  const login = await context.request.post(`${site.server.url}/api/v1/session`, { data: { api_key: key } });
  expect(login.ok()).toBe(true);
  return context;
}
