import process from 'node:process';
import { exitCodes, UsageError } from './exit.ts';
import type { UsableServer } from './private-server.ts';
import { cliMessage } from './texts.ts';

/** Which server to use. */
export interface ServerFlags {
  /** Empty or undefined: one of its own. */
  server?: string;
  apiKey?: string;
}

/**
 * Works with a server, which is closed afterwards if it was started for that. The first signal stops the work, a second
 * one ends the process.
 * @throws UsageError if `--server` is no address
 */
export async function withServer(
  flags: ServerFlags,
  work: (server: UsableServer, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const baseUrl = flags.server === undefined || flags.server === '' ? undefined : serverUrl(flags.server);
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted);
    stop.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const apiKey = flags.apiKey ?? process.env['IMAGE2MODEL_API_KEY'];
  const server = baseUrl === undefined ? await ownServer() : { baseUrl, apiKey, close: async () => undefined };
  try {
    return await work(server, stop.signal);
  } finally {
    await server.close();
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
}

/** It takes most of a second to load, so it is loaded only when needed. */
async function ownServer(): Promise<UsableServer> {
  const { startPrivateServer } = await import('./private-server.ts');
  return await startPrivateServer(process.env);
}

function serverUrl(text: string): string {
  const { protocol = '', username = '', search = '', hash = '' } = URL.parse(text) ?? {};
  // People copy the address of the API, too.
  if (/^https?:$/.test(protocol) && username + search + hash === '') return text.replace(/(\/api\/v1)?\/*$/, '');
  throw new UsageError(cliMessage('cli.not_an_address', { url: text }));
}
