import type { Page } from 'playwright-core';

/**
 * Whether the browser refuses to notify though the test has granted it, as the headless shell from npm does: whatever is
 * granted, it calls notifications denied.
 */
export async function cannotNotify(page: Page): Promise<boolean> {
  return await page.evaluate(async () => {
    const { state } = await navigator.permissions.query({ name: 'notifications' });
    return state === 'granted' && Notification.permission === 'denied';
  });
}
