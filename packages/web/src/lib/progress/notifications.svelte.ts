import { browserStore, readStored, type Store, writeStored } from '../session/stored.ts';

/** What a browser notification says. */
export interface Done {
  title: string;
  body: string;
  /** Where a click leads, within the pages. */
  url: string;
  /** The same tag replaces what is shown: several tabs that follow one task notify of its end once. */
  tag: string;
}

/** What this needs of a browser; a test brings its own. */
export interface NotifyHost {
  Notification: (typeof globalThis)['Notification'] | undefined;
  /** A worker shows notifications where a page may not (Chrome on Android), and caches nothing. */
  workers: Pick<ServiceWorkerContainer, 'register' | 'getRegistration' | 'addEventListener'> | undefined;
  storage: Store | undefined;
  /** Whether somebody is looking at the page, so that no notification is needed. */
  watched(): boolean;
  /** The page's own address, within the pages. */
  here(): string;
  /** Brings the page forward. */
  open(url: string): void;
}

/** Its scope is itself alone, so that no page waits for it. */
const worker = '/notify-worker.js';

/**
 * Notifications when a task is done. The browser is not asked for anything before somebody presses the button for it; the
 * choice is kept in `localStorage`, and the browser's own permission is needed as well.
 */
export class Notify {
  readonly #host: NotifyHost;
  #wanted: boolean = $state(false);
  #permission: NotificationPermission = $state('denied');

  constructor(host: NotifyHost) {
    this.#host = host;
    this.#permission = host.Notification?.permission ?? 'denied';
    this.#wanted = readStored(host.storage, 'notify') === 'on';
    // Somebody clicked a notification of the worker, and this is the page that it is about.
    host.workers?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'object' && data && 'open' in data && typeof data.open === 'string') host.open(data.open);
    });
  }

  /** Whether this browser can notify at all; a page loaded over plain HTTP from another machine cannot. */
  get supported(): boolean {
    return this.#host.Notification !== undefined;
  }

  /** What the browser says: `default` until somebody has been asked. */
  get permission(): NotificationPermission {
    return this.#permission;
  }

  /** Whether the end of a task will be notified. */
  get enabled(): boolean {
    return this.supported && this.#wanted && this.#permission === 'granted';
  }

  /** Turns it on, asking for permission if needed. Call it from a click: browsers refuse anything else. */
  async ask(): Promise<boolean> {
    const { Notification } = this.#host;
    if (Notification === undefined) return false;
    if (Notification.permission === 'default') await Notification.requestPermission();
    this.#permission = Notification.permission;
    if (this.#permission === 'granted') {
      this.#keep(true);
      await this.#worker();
    }
    return this.enabled;
  }

  /** Turns it off, the worker too. The browser's permission stays as it is: only its own settings change that. */
  async off(): Promise<void> {
    this.#keep(false);
    try {
      await (await this.#host.workers?.getRegistration(worker))?.unregister();
    } catch {
      // Then it stays, and has nothing to do.
    }
  }

  /** Notifies that something is done, if that is enabled and nobody is looking. Whether it was shown. */
  async done({ title, body, url, tag }: Done): Promise<boolean> {
    const { Notification } = this.#host;
    if (Notification === undefined || !this.enabled || this.#host.watched()) return false;
    const options = { body, tag, icon: '/favicon.svg' };
    // Where the page is now: it may have moved on to its results by the time of the click.
    const from = this.#host.here();
    try {
      const registration = await this.#worker();
      if (registration) await registration.showNotification(title, { ...options, data: { url, from } });
      else {
        const notification = new Notification(title, options);
        notification.addEventListener('click', () => {
          this.#host.open(url);
          notification.close();
        });
      }
      return true;
    } catch {
      // The permission was withdrawn meanwhile, or the browser blocks notifications.
      return false;
    }
  }

  /** The worker, once it is active; undefined if there is none. */
  async #worker(): Promise<ServiceWorkerRegistration | undefined> {
    try {
      const registration = await this.#host.workers?.register(worker, { scope: worker });
      return registration && (await whenActive(registration));
    } catch {
      return undefined;
    }
  }

  #keep(wanted: boolean): void {
    this.#wanted = wanted;
    writeStored(this.#host.storage, 'notify', wanted ? 'on' : undefined);
  }
}

/** A registration shows nothing before its worker is active. Rejects if the worker cannot be installed. */
async function whenActive(registration: ServiceWorkerRegistration): Promise<ServiceWorkerRegistration> {
  const coming = registration.installing ?? registration.waiting;
  if (registration.active || !coming) return registration;
  return await new Promise((resolve, reject) => {
    coming.addEventListener('statechange', () => {
      if (coming.state === 'activated') resolve(registration);
      else if (coming.state === 'redundant') reject(new Error('The worker could not be installed'));
    });
  });
}

/** The page's own. */
export const notify = new Notify({
  Notification: globalThis.Notification,
  // Missing over plain HTTP from another machine.
  workers: (globalThis.navigator as { serviceWorker?: ServiceWorkerContainer } | undefined)?.serviceWorker,
  here: () => location.pathname + location.search,
  storage: browserStore(),
  watched: () => document.visibilityState === 'visible' && document.hasFocus(),
  open: (url) => {
    focus();
    if (location.pathname + location.search !== url) location.assign(url);
  },
});
