import { networkInterfaces } from 'node:os';
import { setDefaultCACertificates, getCACertificates } from 'node:tls';
import { openBrowserFollowers } from '../followers/browser.ts';
import type { BrowserFollowers } from '../followers/browser.ts';
import { makeCertificate, missing } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { startPacedServer } from './paced-server.ts';
import type { PacedServer } from './paced-server.ts';
import type { Proxy } from './proxy.ts';
import { runRound } from './round.ts';
import type { Sight, Started } from './round.ts';

/** The server, the proxies before it, and who follows through them. */
export interface Rig {
  readonly server: PacedServer;
  readonly certificate: Certificate;
  readonly started: readonly Started[];
  /** By which the browser was answered; see {@link BrowserFollowers}. */
  readonly protocols: ReadonlyMap<string, string> | undefined;
  /** See {@link runRound}. */
  round(): Promise<Map<string, Sight[]>>;
  close(): Promise<void>;
}

interface RigOptions {
  /** The address that the server listens on. */
  host?: string;
  /** Without a browser it takes seconds less. */
  browser?: boolean;
}

/** Why a title says that its tests are left out; nothing where they are not. */
export function leftOut(reason: string | undefined): string {
  return reason === undefined ? '' : ` (left out: ${reason})`;
}

/** Why none can be started here; undefined where one can. */
export const rigIsMissing = missing;

/** The same for one whose server has an IPv6 address. */
export const ipv6RigIsMissing = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)
  ? missing
  : 'this machine has no IPv6';

/** Starts them; what cannot be started here is left out. */
export async function startRig(proxies: readonly Proxy[], options: RigOptions = {}): Promise<Rig> {
  const { host = '127.0.0.1', browser: wantsBrowser = true } = options;
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).toReversed()) await each();
  };
  try {
    const certificate = await makeCertificate();
    closers.push(() => certificate.remove());
    // What Node's own clients trust in this process from now on.
    setDefaultCACertificates([...getCACertificates('default'), certificate.pem]);
    let browser: BrowserFollowers | undefined;
    if (wantsBrowser) {
      browser = await openBrowserFollowers();
      closers.push(() => browser?.close() ?? Promise.resolve());
    }
    const server = await startPacedServer({ HOST: host, ...(browser && { CORS_ORIGINS: browser.origin }) });
    closers.push(() => server.close());
    const upstream = { host: server.host, certificate };
    const started: Started[] = [];
    for (const proxy of proxies.filter((each) => each.missing === undefined)) {
      const running = await proxy.start(upstream);
      closers.push(() => running.close());
      started.push({ proxy, running });
    }
    const round = () => runRound(server, started, browser);
    return { server, certificate, started, protocols: browser?.protocols, round, close };
  } catch (error) {
    await close();
    throw error;
  }
}
