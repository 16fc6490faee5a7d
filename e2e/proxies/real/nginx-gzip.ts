import type { Proxy } from '../support/proxy.ts';
import { missing, startNginx, version } from './nginx.ts';

/** It compresses event streams too, which nobody asked for. */
export const nginxGzip: Proxy = {
  name: 'nginx with gzip for event streams',
  missing,
  version,
  start: ({ host }) =>
    startNginx(
      (port) => `
gzip on;
gzip_min_length 0;
gzip_types text/event-stream application/json;
server { listen 127.0.0.1:${port}; location / { proxy_pass http://${host}; proxy_http_version 1.1; } }`,
    ),
};
