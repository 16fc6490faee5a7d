import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An address that an answer named and that is not gone to: a private network, or not https. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}

/** Says where an address that came from outside may lead. */
export interface AddressGuard {
  /** @throws ForbiddenAddressError where it may not be opened. */
  check(url: URL): void;
  /** Resolves names at the moment of connecting, so that a name cannot mean something else by then. */
  lookup(url: URL): LookupFunction | undefined;
}

/**
 * Lets through https to public addresses. Where the provider itself was configured to be on this machine or network
 * (`privateHost`), that very host is let through as well.
 */
export function createAddressGuard(privateHost: string | undefined): AddressGuard {
  const isProvider = (url: URL): boolean => privateHost !== undefined && url.hostname === privateHost;
  return {
    check(url) {
      if (isProvider(url)) return;
      if (url.protocol !== 'https:') throw new ForbiddenAddressError('Only https is opened');
      if (url.username !== '' || url.password !== '') throw new ForbiddenAddressError('An address may hold no login');
      // RFC 1035, 2.3.4. OpenSSL refuses a longer one so late that its complaint is left for whatever uses OpenSSL next.
      if (url.hostname.length > 253) throw new ForbiddenAddressError('No host has so long a name');
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
      // Names are looked at when they are resolved.
      if (ipaddr.isValid(host) && !isPublicAddress(host)) throw forbidden();
    },
    lookup: (url) => (isProvider(url) ? undefined : publicLookup),
  };
}

/** Whether an IP address is one of the public internet. What is mapped or embedded into IPv6 counts as what it is. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined) {
      callback(error ?? new Error('The name has no address'), '', 0);
    } else if (addresses.some(({ address }) => !isPublicAddress(address))) {
      callback(forbidden(), '', 0);
    } else if (options.all === true) {
      callback(null, addresses);
    } else {
      callback(null, first.address, first.family);
    }
  });
};

function forbidden(): ForbiddenAddressError {
  return new ForbiddenAddressError('The address is in a private network');
}
