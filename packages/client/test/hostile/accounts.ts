import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';

/** Timers and page listeners that a run has open. */
export interface Account {
  timers: Set<unknown>;
  listeners: Set<unknown>;
}

/**
 * Tracks the open timers and page listeners of each run, even of concurrent ones. It replaces the global
 * `addEventListener`, which is all of a page that the SDK needs.
 */
export function openAccounts() {
  const storage = new AsyncLocalStorage<Account>();
  const page = new EventTarget();
  setMaxListeners(0, page);
  const original = { setTimeout, setInterval, clear: clearTimeout };
  const owners = new Map<unknown, Account>();
  const forget = (timer: unknown) => {
    owners.get(timer)?.timers.delete(timer);
    owners.delete(timer);
  };
  const keep = (timer: unknown): unknown => {
    // Node's own fetch keeps one timer for all its connections, which does not count.
    const ours = new Error().stack?.split('\n')[3]?.includes('/packages/client/') === true;
    const account = ours ? storage.getStore() : undefined;
    if (account) owners.set(timer, account);
    account?.timers.add(timer);
    return timer;
  };
  const clear = (timer: never) => {
    forget(timer);
    original.clear(timer);
  };
  const patched = {
    setTimeout: (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
      const timer: unknown = original.setTimeout(() => {
        forget(timer);
        run(...args);
      }, ms);
      return keep(timer);
    },
    setInterval: (run: () => void, ms?: number) => keep(original.setInterval(run, ms)),
    clearTimeout: clear,
    clearInterval: clear,
    addEventListener: (type: string, listener: EventListener) => {
      storage.getStore()?.listeners.add(listener);
      page.addEventListener(type, listener);
    },
    removeEventListener: (type: string, listener: EventListener) => {
      storage.getStore()?.listeners.delete(listener);
      page.removeEventListener(type, listener);
    },
  };
  const before = Object.entries(patched).map(([name]) => [name, Reflect.get(globalThis, name) as unknown] as const);
  Object.assign(globalThis, patched);
  return {
    /** Runs a function with its own account. */
    async run<T>(body: (account: Account) => Promise<T>): Promise<T> {
      const account: Account = { timers: new Set(), listeners: new Set() };
      return storage.run(account, () => body(account));
    },
    /** Dispatches an event on the page, such as `online`. */
    dispatch: (type: string) => page.dispatchEvent(new Event(type)),
    close: () => {
      for (const [name, value] of before) Reflect.set(globalThis, name, value);
    },
  };
}
