// Shows the notifications of the pages where a page itself may not, and leads back from them. It hears no request and
// caches nothing; turning notifications off in the settings removes it.

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
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a page is told, and no window
  page.postMessage({ open: url });
  return await page.focus();
}
