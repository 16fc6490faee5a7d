/** Milliseconds between two sentences: a screen reader has read the one before, and the reader has time for the page. */
const pauseMs = 8000;

/**
 * What a screen reader hears of something that changes often: the newest sentence, and not more often than it can be
 * listened to. What matters is said at once.
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

  /** Says it when the last sentence is over; a newer one takes its place until then. */
  say(text: string): void {
    if (text === (this.#waiting ?? this.text)) return;
    this.#waiting = text;
    if (this.#timer === undefined) this.#next();
  }

  /** Says it at once. */
  announceNow(text: string): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = text;
    this.#next();
  }

  /** Says nothing more. */
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
