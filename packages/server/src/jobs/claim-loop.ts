/** After a claim that failed (the engine is away), the next one follows so many ms later. */
const claimAgainMs = 1000;

interface ClaimLoopOptions {
  /** Claims one thing and begins work on it; false where nothing is due or enough is under way. */
  claim: () => Promise<boolean>;
  /** A claim failed; it is repeated. */
  onError: (error: unknown) => void;
}

/** Claims until there is nothing to claim, again whenever it is notified. */
export interface ClaimLoop {
  /** There may be something to claim, or room for it. */
  notify(): void;
  /** Claims nothing more; resolves when the claim at hand is over. */
  close(): Promise<void>;
}

/** One loop at a time; what comes meanwhile makes it go on. */
export function createClaimLoop({ claim, onError }: ClaimLoopOptions): ClaimLoop {
  const closing = new AbortController();
  let looping: Promise<void> | undefined;
  let isNotified = false;
  let timer: NodeJS.Timeout | undefined;

  async function loop(): Promise<void> {
    try {
      while (isNotified) {
        isNotified = false;
        while (!closing.signal.aborted && (await claim()));
      }
    } catch (error) {
      onError(error);
      clearTimeout(timer);
      timer = setTimeout(notify, claimAgainMs);
    }
    // At once after the last look: what is notified from here on starts a loop of its own.
    looping = undefined;
  }

  function notify(): void {
    if (closing.signal.aborted) return;
    isNotified = true;
    looping ??= loop();
  }

  return {
    notify,
    async close() {
      closing.abort();
      await looping;
      clearTimeout(timer);
    },
  };
}
