import { documented } from '../support/documented.ts';
import { findProgram } from '../support/program.ts';
import type { Proxy } from '../support/proxy.ts';

const { missing, version, start } = findProgram('squid', ['-v']);

export const squid: Proxy = {
  name: 'Squid',
  missing,
  version,
  start: ({ host }) =>
    start({
      configuration: (port, directory) => {
        const upstreamPort = new URL(`http://${host}`).port;
        const lines = documented('Squid', {
          'http_port 80': `http_port 127.0.0.1:${port}`,
          'parent 3000': `parent ${upstreamPort}`,
        });
        return `${lines}
access_log none
cache_log ${directory}/log
pid_filename none
coredump_dir ${directory}
pinger_enable off
netdb_filename none
shutdown_lifetime 1 second
`;
      },
      // The name keeps its shared memory apart from that of another one.
      args: (file, _, port) => ['-N', '-n', `test${port}`, '-f', file],
    }),
};
