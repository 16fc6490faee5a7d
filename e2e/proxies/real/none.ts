import type { Proxy } from '../support/proxy.ts';

/** The server itself, to compare with. */
export const none: Proxy = {
  name: 'no proxy',
  start: ({ host }) => Promise.resolve({ url: `http://${host}`, close: () => Promise.resolve() }),
};
