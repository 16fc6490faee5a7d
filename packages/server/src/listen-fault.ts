import { ConfigError } from './config.ts';
import type { Config } from './config.ts';
import { errnoOf } from './files/errno.ts';

/** What is wrong with `HOST` or `PORT` where the system refuses to listen there; undefined where that is not why. */
export function listenFault(error: unknown, { host, port }: Pick<Config, 'host' | 'port'>): ConfigError | undefined {
  const isOurs =
    error instanceof Error && 'syscall' in error && /^(listen|bind|getaddrinfo)$/.test(String(error.syscall));
  const sentence = isOurs ? sentenceFor(errnoOf(error) ?? '', host, port) : undefined;
  return sentence === undefined ? undefined : new ConfigError(sentence, { cause: error });
}

function sentenceFor(code: string, host: string, port: number): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `PORT=${port} is in use on ${host}`;
    case 'EACCES':
    case 'EPERM':
      return `PORT=${port} is not for this user: take one from 1024 on, or allow it`;
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'EAFNOSUPPORT':
      return `HOST=${host} is not an address of this machine`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST=${host} is not known: no address was found for this name`;
    default:
      return undefined;
  }
}
