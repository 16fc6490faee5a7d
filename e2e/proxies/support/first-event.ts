import { setTimeout as sleep } from 'node:timers/promises';
import type { Follower, Target } from '../followers/follower.ts';
import { followRaw } from '../followers/raw.ts';
import { sdkWays } from '../followers/sdk.ts';
import type { PacedServer } from './paced-server.ts';
import type { Started } from './round.ts';

/** Milliseconds from the request to the first event of a task that stands still; undefined where none came in time. */
export interface FirstEvent {
  plain: number | undefined;
  sdk: number | undefined;
}

const times = 5;
/** What is not there by then is held back, in ms. */
const waitMs = 5000;

/** Measures proxies one after the other, so that none waits for another; by their names. */
export async function measureFirstEvents(
  server: PacedServer,
  started: readonly Started[],
): Promise<Map<string, FirstEvent>> {
  const tasks = [await server.hold(), await server.hold()] as const;
  const followers: Follower[] = [];
  const measure = async (follow: (target: Target) => Follower[], target: Target): Promise<number | undefined> => {
    const measured: number[] = [];
    while (measured.length < times) {
      const begun = performance.now();
      const [follower] = follow(target);
      if (follower === undefined) return undefined;
      followers.push(follower);
      while (follower.sequences.length === 0) {
        if (performance.now() - begun > waitMs) return undefined;
        await sleep(1);
      }
      measured.push(performance.now() - begun);
    }
    return measured.toSorted((a, b) => a - b)[Math.floor(times / 2)];
  };
  const found = new Map<string, FirstEvent>();
  for (const { proxy, running } of started) {
    // It would have used up what it answers first.
    if (proxy.endsOthers === true) continue;
    const target = { url: running.url, cleartextHttp2: running.cleartextHttp2 === true, key: server.key, tasks };
    const plain = await measure(followRaw, target);
    const sdk = await measure(sdkWays["the SDK's createProgressStream"], target);
    found.set(proxy.name, { plain, sdk });
  }
  server.go();
  await Promise.all(followers.map(({ ended }) => ended));
  return found;
}
