/** What a browser's own notification says. */
export interface Done {
  title: string;
  body: string;
  /** Where a click leads, within the pages. */
  url: string;
  /** The same tag replaces what is shown: several tabs that follow one task tell of its end once. */
  tag: string;
}

/** What this needs of a browser; a test brings its own. */
export interface NotifyHost {
  Notification: (typeof globalThis)['Notification'] | undefined;
  /** Where a worker can be had. It shows notifications where a page may not (Chrome on Android), and caches nothing. */
  workers: Pick<ServiceWorkerContainer, 'register' | 'getRegistration' | 'addEventListener'> | undefined;
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
  /** Whether somebody is looking at the page, so that there is nothing to tell. */
  watched(): boolean;
  /** The page's own address, within the pages. */
  here(): string;
  /** Brings the page forward. */
  open(url: string): void;
}

const key = 'image2model.notify';
/** Its scope is itself alone, so that no page waits for it. */
const worker = '/notify-worker.js';

/**
 * Notifications when a task is done. Nothing is asked of the browser before somebody presses the button for it; the wish
 * is kept in `localStorage`, and the browser's own permission has to be there as well.
 */
export class Notify {
  readonly #host: NotifyHost;
  #wanted: boolean = $state(false);
  #permission: NotificationPermission = $state('denied');

  constructor(host: NotifyHost) {
    this.#host = host;
    this.#permission = host.Notification?.permission ?? 'denied';
    try {
      this.#wanted = host.storage?.getItem(key) === 'on';
    } catch {
      // Some browsers refuse it only when it is used: then nothing is wished for.
    }
    // Somebody clicked at what the worker showed, and this page is the one that it is about.
    host.workers?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'object' && data && 'open' in data && typeof data.open === 'string') host.open(data.open);
    });
  }

  /** Whether this browser can notify at all; a page that came over plain HTTP from elsewhere cannot. */
  get supported(): boolean {
    return this.#host.Notification !== undefined;
  }

  /** What the browser says: `default` until somebody has been asked. */
  get permission(): NotificationPermission {
    return this.#permission;
  }

  /** Whether the end of a task will be told. */
  get enabled(): boolean {
    return this.supported && this.#wanted && this.#permission === 'granted';
  }

  /** Turns it on, asking for permission where it has to. Call it from a click: browsers refuse anything else. */
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

  /** Tells that something is done, where that is wished for and nobody is looking. Whether it was told. */
  async done({ title, body, url, tag }: Done): Promise<boolean> {
    const { Notification } = this.#host;
    if (Notification === undefined || !this.enabled || this.#host.watched()) return false;
    const options = { body, tag, icon: '/favicon.svg' };
    // Where the page is now: it may be at its results by the time of the click.
    const from = this.#host.here();
    try {
      const registration = await this.#worker();
      if (registration) await registration.showNotification(title, { ...options, data: { url, from } });
      else {
        const told = new Notification(title, options);
        told.addEventListener('click', () => {
          this.#host.open(url);
          told.close();
        });
      }
      return true;
    } catch {
      // Permission was taken back meanwhile, or the browser lets nothing of ours notify.
      return false;
    }
  }

  /** The worker, once it is at work; undefined where there is none to be had. */
  async #worker(): Promise<ServiceWorkerRegistration | undefined> {
    try {
      const registration = await this.#host.workers?.register(worker, { scope: worker });
      return registration && (await atWork(registration));
    } catch {
      return undefined;
    }
  }

  #keep(wanted: boolean): void {
    this.#wanted = wanted;
    try {
      if (wanted) this.#host.storage?.setItem(key, 'on');
      else this.#host.storage?.removeItem(key);
    } catch {
      // Then it holds until the page is left.
    }
  }
}

/** A registration shows nothing before its worker is active. Rejects where the worker turns out to be none. */
async function atWork(registration: ServiceWorkerRegistration): Promise<ServiceWorkerRegistration> {
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
  // Not there over plain HTTP from elsewhere.
  workers: (globalThis.navigator as { serviceWorker?: ServiceWorkerContainer } | undefined)?.serviceWorker,
  here: () => location.pathname + location.search,
  storage: storageOf(),
  watched: () => document.visibilityState === 'visible' && document.hasFocus(),
  open: (url) => {
    focus();
    if (location.pathname + location.search !== url) location.assign(url);
  },
});

function storageOf(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
