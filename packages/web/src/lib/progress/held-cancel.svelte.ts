/** Milliseconds in which a cancellation can be undone. */
export const undoMs = 5000;

/**
 * A cancellation that is held back for a while, so that it can be undone: what the server has cancelled cannot be taken up
 * again. It is sent when the time is up, or at once when somebody leaves the page.
 */
export class HeldCancel {
  readonly #send: (leaving: boolean) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether one is being held back. */
  held: boolean = $state(false);

  /** `send` is told whether the page is being left: then nobody is there for the answer. */
  constructor(send: (leaving: boolean) => void) {
    this.#send = send;
  }

  /** Asks for it; nothing is sent yet. */
  ask(): void {
    if (this.held) return;
    this.held = true;
    this.#timer = setTimeout(() => this.#end(false), undoMs);
  }

  /** Takes it back: nothing is sent. */
  undo(): void {
    clearTimeout(this.#timer);
    this.held = false;
  }

  /** Sends what is held back now, since the page is being left; may be called twice. */
  leave(): void {
    if (this.held) this.#end(true);
  }

  #end(leaving: boolean): void {
    this.undo();
    this.#send(leaving);
  }
}
