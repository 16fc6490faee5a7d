import { createHash, hash, timingSafeEqual } from 'node:crypto';
import { openOwner } from './request.ts';
import type { Requester } from './request.ts';

/** The API keys that are valid now. */
export interface Keyring {
  /** Without any key the server is open: everybody is `local`, and nobody may administrate. */
  readonly open: boolean;
  /** Whose key this is; undefined for one that is not valid. Needs the same time for every wrong key. */
  identify(key: string): Requester | undefined;
  /** The holder of an owner's name, as long as the key it was made from is valid. */
  find(owner: string): Requester | undefined;
}

interface KeyringOptions {
  apiKeys: readonly string[];
  /** Keys that may use the administration routes besides. */
  adminApiKeys: readonly string[];
}

/** Keeps keys as hashes alone; see {@link Keyring}. */
export function createKeyring(options: KeyringOptions): Keyring {
  const admins = new Set(options.adminApiKeys);
  const holders = [...new Set([...options.apiKeys, ...options.adminApiKeys])].map((key) => ({
    digest: digest(key),
    requester: { owner: ownerOf(key), isAdmin: admins.has(key) },
  }));
  const byOwner = new Map(holders.map(({ requester }) => [requester.owner, requester]));
  const open = holders.length === 0;

  return {
    open,
    identify(key) {
      const presented = digest(key);
      let found: Requester | undefined;
      // Every key is compared, and each in constant time: the time tells nothing about which one was near.
      for (const holder of holders) if (timingSafeEqual(holder.digest, presented)) found = holder.requester;
      return found;
    },
    find(owner) {
      if (open) return owner === openOwner ? { owner: openOwner, isAdmin: false } : undefined;
      return byOwner.get(owner);
    },
  };
}

/** An owner's name says nothing about the key: it is a hash of its own, other than the one keys are compared by. */
function ownerOf(key: string): string {
  return createHash('sha256').update('image2model owner\0').update(key).digest('hex').slice(0, 32);
}

function digest(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
