// Shows notifications where a page itself may not, and leads back to the page. It handles no requests and caches nothing;
// turning notifications off in the settings removes it.

addEventListener('install', () => skipWaiting());

addEventListener('notificationclick', (event) => {
  const { notification } = event;
  notification.close();
  event.waitUntil(lead(notification.data));
});

async function lead({ url, from }) {
  const pages = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  const at = (path) => pages.find((page) => page.url === new URL(path, location.origin).href);
  const page = at(url) ?? at(from);
  if (!page) return await clients.openWindow(url);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the target is a client and no window
  page.postMessage({ open: url });
  return await page.focus();
}
