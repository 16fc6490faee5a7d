import { documented } from '../support/documented.ts';
import type { Proxy, RunningProxy, Upstream } from '../support/proxy.ts';
import { missing, startNginx, version } from './nginx.ts';

const alone = (upstream: string) => `location / { proxy_pass http://${upstream}; }`;

/** The inner one does as the server asks and keeps it to itself; the outer one does not know, and buffers. */
export const nginxBehindNginxDefaults: Proxy = {
  name: 'nginx behind nginx, `proxy_pass` alone',
  missing,
  version,
  holdsBack: true,
  start: ({ host }) => startTwo(alone(host), alone),
};

/** The inner one passes on what the server asks for. */
export const nginxBehindNginx: Proxy = {
  name: 'nginx behind nginx',
  missing,
  version,
  start: (upstream) => startTwo(documented('nginx behind nginx', here(upstream)), alone),
};

/** The outer one buffers nothing. */
export const nginxBeforeAnother: Proxy = {
  name: 'nginx before a proxy that you cannot change',
  missing,
  version,
  start: ({ host, certificate }) =>
    startTwo(alone(host), (inner) =>
      documented('nginx before a proxy that you cannot change', here({ host: inner, certificate })),
    ),
};

function here({ host }: Upstream): Record<string, string> {
  return { '127.0.0.1:3000': host };
}

async function startTwo(innerLines: string, outerLines: (inner: string) => string): Promise<RunningProxy> {
  const inner = await startNginx((port) => `server { listen 127.0.0.1:${port}; ${innerLines} }`);
  const lines = outerLines(new URL(inner.url).host);
  const outer = await startNginx((port) => `server { listen 127.0.0.1:${port}; ${lines} }`);
  return {
    url: outer.url,
    async close() {
      await outer.close();
      await inner.close();
    },
  };
}
