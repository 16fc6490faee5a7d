import type { Certificate } from './certificate.ts';

/** What stands between a client and the server, and what is expected of it. */
export interface Proxy {
  /** Its row in docs/proxies.md; also the heading above its lines of configuration there, if it has any. */
  readonly name: string;
  /** Why it cannot be started here; undefined where it can. */
  readonly missing?: string | undefined;
  /** Its version as it says it; nothing for one of our own. */
  readonly version?: string | undefined;
  /** It keeps the bytes of a stream for itself, so that nothing arrives while a task says little. */
  readonly holdsBack?: boolean;
  /** A client that comes back through it cannot say what it has seen. */
  readonly forgetsCursor?: boolean;
  /** It answers once in a way that ends every client but the SDK for good, as their standard says. */
  readonly endsOthers?: boolean;
  start(upstream: Upstream): Promise<RunningProxy>;
}

/** The server behind it. */
export interface Upstream {
  /** `127.0.0.1:3000` or `[::1]:3000`. */
  readonly host: string;
  readonly certificate: Certificate;
}

export interface RunningProxy {
  /** Its address, as a client is given it. */
  readonly url: string;
  /** How to ask it over HTTP/2 without TLS; a browser never does. */
  readonly cleartextHttp2?: boolean;
  close(): Promise<void>;
}
