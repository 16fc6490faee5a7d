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
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
  /** Whether somebody is looking at the page, so that there is nothing to tell. */
  watched(): boolean;
  /** Brings the page forward. */
  open(url: string): void;
}

const key = 'image2model.notify';

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
    if (this.#permission === 'granted') this.#keep(true);
    return this.enabled;
  }

  /** Turns it off. The browser's permission stays as it is: only its own settings change that. */
  off(): void {
    this.#keep(false);
  }

  /** Tells that something is done, where that is wished for and nobody is looking. Whether it was told. */
  done({ title, body, url, tag }: Done): boolean {
    const { Notification } = this.#host;
    if (Notification === undefined || !this.enabled || this.#host.watched()) return false;
    try {
      const told = new Notification(title, { body, tag, icon: '/favicon.svg' });
      told.addEventListener('click', () => {
        this.#host.open(url);
        told.close();
      });
      return true;
    } catch {
      // Chrome on Android lets service workers alone notify.
      return false;
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

/** The page's own. */
export const notify = new Notify({
  Notification: globalThis.Notification,
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
