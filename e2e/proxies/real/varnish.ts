import { documented } from '../support/documented.ts';
import { findProgram } from '../support/program.ts';
import type { Proxy } from '../support/proxy.ts';

const { missing, version, start } = findProgram('varnishd', ['-V']);

export const varnish: Proxy = {
  name: 'Varnish',
  missing,
  version,
  start: ({ host }) =>
    start({
      configuration: () => documented('Varnish', { '"3000"': `"${new URL(`http://${host}`).port}"` }),
      args: (file, directory, port) => {
        const listener = ['-a', `127.0.0.1:${port}`, '-f', file, '-n', `${directory}/work`];
        return ['-F', '-j', 'none', '-s', 'malloc,16m', '-p', 'thread_pool_max=500', ...listener];
      },
    }),
};
