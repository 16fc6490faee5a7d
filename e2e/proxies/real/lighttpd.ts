import { documented } from '../support/documented.ts';
import { findProgram } from '../support/program.ts';
import type { Proxy } from '../support/proxy.ts';

const { missing, version, start } = findProgram('lighttpd', ['-v']);

const streaming = 'server.stream-response-body = 2\n';

export const lighttpd: Proxy = {
  name: 'lighttpd',
  missing,
  version,
  start: ({ host }) => startLighttpd(host, (lines) => lines),
};

/** It reads every answer to its end first. */
export const lighttpdDefaults: Proxy = {
  name: 'lighttpd, `proxy.server` alone',
  missing,
  version,
  holdsBack: true,
  start: ({ host }) => startLighttpd(host, (lines) => lines.replace(streaming, '')),
};

function startLighttpd(host: string, change: (lines: string) => string) {
  const upstreamPort = new URL(`http://${host}`).port;
  return start({
    configuration: (port, directory) => `
server.document-root = "${directory}"
server.bind = "127.0.0.1"
server.port = ${port}
server.errorlog = "${directory}/log"
server.upload-dirs = ( "${directory}" )
${change(documented('lighttpd', { 'port" => 3000': `port" => ${upstreamPort}` }))}`,
    args: (file) => ['-D', '-f', file],
  });
}
