import type { Page } from 'playwright-core';

/**
 * Whether the browser denies notifications although the test granted them. npm's Chromium, a headless shell, always does.
 */
export async function cannotNotify(page: Page): Promise<boolean> {
  return await page.evaluate(async () => {
    const { state } = await navigator.permissions.query({ name: 'notifications' });
    return state === 'granted' && Notification.permission === 'denied';
  });
}
