import { documented } from '../support/documented.ts';
import { findProgram } from '../support/program.ts';
import type { Proxy, RunningProxy, Upstream } from '../support/proxy.ts';

const { missing, version, start } = findProgram('caddy', ['version']);

/** Over TLS, and so over HTTP/2 to a browser. */
export const caddy: Proxy = {
  name: 'Caddy',
  missing,
  version,
  start: (upstream) => startCaddy('Caddy', upstream),
};

export const caddyEncode: Proxy = {
  name: 'Caddy that compresses',
  missing,
  version,
  start: (upstream) => startCaddy('Caddy that compresses', upstream),
};

/** The same without the exception. */
export const caddyEncodeAll: Proxy = {
  name: 'Caddy, `encode gzip` for everything',
  missing,
  version,
  holdsBack: true,
  start: (upstream) =>
    startCaddy('Caddy that compresses', upstream, (lines) =>
      lines.replace('  @whole not path */stream\n', '').replace('encode @whole', 'encode'),
    ),
};

/** HTTP/2 without TLS, for another proxy before it. */
export const caddyCleartext: Proxy = {
  name: 'Caddy without TLS',
  missing,
  version,
  start: ({ host }) =>
    start({
      cleartextHttp2: true,
      configuration: (port) => `
{
  admin off
  servers {
    protocols h1 h2c
  }
}
${documented('Caddy without TLS', { ':80': `http://127.0.0.1:${port}`, '127.0.0.1:3000': host })}`,
      args: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
    }),
};

function startCaddy(
  heading: string,
  { host, certificate }: Upstream,
  change = (lines: string): string => lines,
): Promise<RunningProxy> {
  const { certificateFile, keyFile } = certificate;
  return start({
    scheme: 'https',
    configuration: (port) => {
      const lines = documented(heading, { 'example.org {': `https://127.0.0.1:${port} {`, '127.0.0.1:3000': host });
      // A certificate of our own in place of one that Caddy fetches.
      return `{\n  admin off\n}\n${change(lines).replace('{\n', `{\n  tls ${certificateFile} ${keyFile}\n`)}`;
    },
    args: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
  });
}
