import process from 'node:process';
import { documented } from '../support/documented.ts';
import { findProgram } from '../support/program.ts';
import type { Proxy, RunningProxy } from '../support/proxy.ts';

const { missing, version, start } = findProgram('apache2', ['-v']);

const modules = ['mpm_event', 'authz_core', 'headers', 'proxy', 'proxy_http', 'filter', 'deflate'];

export const apache: Proxy = {
  name: 'Apache',
  missing,
  version,
  start: ({ host }) => startApache(documented('Apache', { '127.0.0.1:3000': host })),
};

/** What a person gets who writes `ProxyPass` and no more. */
export const apacheDefaults: Proxy = {
  name: 'Apache, `ProxyPass` alone',
  missing,
  version,
  start: ({ host }) => startApache(`ProxyPass "/" "http://${host}/"`),
};

/** It compresses event streams too. */
export const apacheDeflate: Proxy = {
  name: 'Apache with deflate for event streams',
  missing,
  version,
  start: ({ host }) =>
    startApache(`${documented('Apache', { '127.0.0.1:3000': host })}AddOutputFilterByType DEFLATE text/event-stream\n`),
};

function startApache(lines: string): Promise<RunningProxy> {
  return start({
    configuration: (port, directory) => `
ServerRoot ${directory}
ServerName localhost
PidFile ${directory}/pid
ErrorLog ${directory}/log
Listen 127.0.0.1:${port}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
StartServers 1
ServerLimit 2
ThreadsPerChild 64
MaxRequestWorkers 128
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
${lines}
`,
    args: (file) => ['-D', 'FOREGROUND', '-f', file],
  });
}
