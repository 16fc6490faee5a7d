import { documented } from '../support/documented.ts';
import type { Proxy } from '../support/proxy.ts';
import { missing, startNginx, version } from './nginx.ts';

/** With the lines of the page. */
export const nginx: Proxy = {
  name: 'nginx',
  missing,
  version,
  start: ({ host }) =>
    startNginx((port) => `server { listen 127.0.0.1:${port}; ${documented('nginx', { '127.0.0.1:3000': host })} }`),
};

/** What a person gets who writes `proxy_pass` and no more: HTTP/1.0 to the server, and buffering on. */
export const nginxDefaults: Proxy = {
  name: 'nginx, `proxy_pass` alone',
  missing,
  version,
  start: ({ host }) =>
    startNginx((port) => `server { listen 127.0.0.1:${port}; location / { proxy_pass http://${host}; } }`),
};

/** It has the API below a path of its own, which the server knows nothing of. */
export const nginxUnderPath: Proxy = {
  name: 'nginx under a path',
  missing,
  version,
  start: async ({ host }) => {
    const lines = documented('nginx under a path', { '127.0.0.1:3000': host });
    const running = await startNginx((port) => `server { listen 127.0.0.1:${port}; ${lines} }`);
    return { ...running, url: `${running.url}/models` };
  },
};

/** It listens on an IPv6 address, and reaches the server at one. */
export const nginxIpv6: Proxy = {
  name: 'nginx over IPv6',
  missing,
  version,
  start: ({ host }) =>
    startNginx(
      (port) => {
        const here = { 'listen 80': `listen 127.0.0.1:${port}`, '[::]:80': `[::1]:${port}`, '[::1]:3000': host };
        return documented('nginx over IPv6', here);
      },
      { host: '[::1]' },
    ),
};
