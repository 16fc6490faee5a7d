import { compressesAll, compressesAllowed, holdsAll, holdsBlocks } from './hostile/buffers.ts';
import { cutAfterBytes, cutAfterTime, forgetsCursor, swallows } from './hostile/cuts.ts';
import { captivePortal, crumbles, dropsComments, rewritesLines } from './hostile/rewrites.ts';
import { apache, apacheDefaults, apacheDeflate } from './real/apache.ts';
import { caddy, caddyCleartext, caddyEncode, caddyEncodeAll } from './real/caddy.ts';
import { haproxy, haproxyCompression } from './real/haproxy.ts';
import { lighttpd, lighttpdDefaults } from './real/lighttpd.ts';
import { nginx, nginxDefaults, nginxIpv6, nginxUnderPath } from './real/nginx-alone.ts';
import { nginxBeforeAnother, nginxBehindNginx, nginxBehindNginxDefaults } from './real/nginx-behind-nginx.ts';
import { nginxGzip } from './real/nginx-gzip.ts';
import { nginxHttp2 } from './real/nginx-http2.ts';
import { none } from './real/none.ts';
import { squid } from './real/squid.ts';
import { varnish } from './real/varnish.ts';
import type { Proxy } from './support/proxy.ts';

/** Those that people run, in the order of docs/proxies.md. */
export const realProxies: readonly Proxy[] = [
  none,
  nginx,
  nginxDefaults,
  nginxHttp2,
  nginxGzip,
  nginxBehindNginx,
  nginxBeforeAnother,
  nginxBehindNginxDefaults,
  caddy,
  caddyCleartext,
  caddyEncode,
  caddyEncodeAll,
  haproxy,
  haproxyCompression,
  squid,
  varnish,
  apache,
  apacheDefaults,
  apacheDeflate,
  lighttpd,
  lighttpdDefaults,
  nginxUnderPath,
];

/** Those of our own that stand for what else is met between a server and a person. */
export const hostileProxies: readonly Proxy[] = [
  cutAfterBytes,
  cutAfterTime,
  forgetsCursor,
  swallows,
  holdsAll,
  holdsBlocks,
  compressesAll,
  compressesAllowed,
  crumbles,
  rewritesLines,
  dropsComments,
  captivePortal,
];

/** Those before a server with an IPv6 address. */
export const ipv6Proxies: readonly Proxy[] = [none, nginxIpv6];
