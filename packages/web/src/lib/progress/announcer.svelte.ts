/** Milliseconds between two sentences: time for a screen reader to finish one, and for the reader to use the page. */
const pauseMs = 8000;

/**
 * What a screen reader announces of something that changes often: the newest sentence, no more often than one can listen
 * to. What matters is announced at once.
 */
export class Announcer {
  /** For an element with `aria-live="polite"`. */
  text = $state('');
  readonly #pauseMs: number;
  #waiting: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(pause: number = pauseMs) {
    this.#pauseMs = pause;
  }

  /** Announces it after the last sentence; a newer one replaces it until then. */
  announce(text: string): void {
    if (text === (this.#waiting ?? this.text)) return;
    this.#waiting = text;
    if (this.#timer === undefined) this.#next();
  }

  /** Announces it at once. */
  announceNow(text: string): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = text;
    this.#next();
  }

  /** Announces nothing any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#waiting = undefined;
  }

  #next(): void {
    this.#timer = undefined;
    if (this.#waiting === undefined) return;
    this.text = this.#waiting;
    this.#waiting = undefined;
    this.#timer = setTimeout(() => this.#next(), this.#pauseMs);
  }
}
