import type { Core } from './core.ts';

/** One caller's hold on an open store: what it subscribed to ends with it. */
export class Handle {
  readonly #core: Core;
  readonly #stops = new Set<() => void>();
  #closed = false;

  constructor(core: Core) {
    this.#core = core;
  }

  /** What the handle works on. Throws once it is closed. */
  get core(): Core {
    if (this.#closed) throw new Error('The engine is closed');
    return this.#core;
  }

  /** Sees to it that a subscription ends with the handle at the latest. Returns the function that ends it before. */
  keep(stop: () => void): () => void {
    const own = () => {
      stop();
      this.#stops.delete(own);
    };
    this.#stops.add(own);
    return own;
  }

  /** May be called twice. */
  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
  }
}
