import { documented } from '../support/documented.ts';
import { findProgram } from '../support/program.ts';
import type { Proxy, RunningProxy } from '../support/proxy.ts';

const { missing, version, start } = findProgram('haproxy', ['-v']);

export const haproxy: Proxy = { name: 'HAProxy', missing, version, start: ({ host }) => startHaproxy(host) };

/** It compresses event streams too. */
export const haproxyCompression: Proxy = {
  name: 'HAProxy with compression for event streams',
  missing,
  version,
  start: ({ host }) => startHaproxy(host, '  compression algo gzip\n  compression type text/event-stream\n'),
};

function startHaproxy(host: string, more = ''): Promise<RunningProxy> {
  return start({
    configuration: (port) =>
      documented('HAProxy', { 'bind :80': `bind 127.0.0.1:${port}`, '127.0.0.1:3000': host }) + more,
    args: (file) => ['-db', '-f', file],
  });
}
