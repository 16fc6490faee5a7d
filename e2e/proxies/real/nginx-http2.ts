import { documented } from '../support/documented.ts';
import type { Proxy } from '../support/proxy.ts';
import { missing, startNginx, version } from './nginx.ts';

export const nginxHttp2: Proxy = {
  name: 'nginx with HTTP/2',
  missing,
  version,
  start: ({ host, certificate }) =>
    startNginx(
      (port) =>
        documented('nginx with HTTP/2', {
          'listen 443': `listen 127.0.0.1:${port}`,
          '/etc/ssl/example.pem': certificate.certificateFile,
          '/etc/ssl/example.key': certificate.keyFile,
          '127.0.0.1:3000': host,
        }),
      { scheme: 'https' },
    ),
};
