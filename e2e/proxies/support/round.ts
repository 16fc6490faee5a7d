import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserFollowers } from '../followers/browser.ts';
import { followWithEventSource } from '../followers/eventsource.ts';
import type { Follower, Target } from '../followers/follower.ts';
import { followRaw, followRawHttp2 } from '../followers/raw.ts';
import { sdkWays } from '../followers/sdk.ts';
import type { PacedServer } from './paced-server.ts';
import type { Proxy, RunningProxy } from './proxy.ts';

/** What a way of following saw of one task. */
export interface Sight {
  way: string;
  isSdk: boolean;
  sequences: readonly number[];
  endings: number;
  /** Why it gave up before the task's end. */
  failure: unknown;
  /** Whether anything had arrived while the task stood still. */
  sawTheStart: boolean;
  /** Sequences that everybody must have seen who had seen the start: of all that happened from then on. */
  happened: readonly number[];
}

export interface Started {
  proxy: Proxy;
  running: RunningProxy;
}

/** Longer than anything takes that ends at all, in ms. */
const deadlines = { start: 30_000, end: 90_000 };

/** Every way in Node that needs no browser. */
const ways: Record<string, (target: Target) => Follower[]> = {
  ...sdkWays,
  "npm's eventsource": followWithEventSource,
  'a raw read': followRaw,
  'a raw read over HTTP/2': followRawHttp2,
};

/**
 * Follows two tasks in every way through all proxies at once: first while the tasks stand still, then while they are
 * worked on, to their ends. Gives what was seen, by the proxy's name.
 */
export async function runRound(
  server: PacedServer,
  started: readonly Started[],
  browser?: BrowserFollowers,
): Promise<Map<string, Sight[]>> {
  const tasks = [await server.hold(), await server.hold()] as const;
  const all = new Map<string, Opened[]>();
  for (const { proxy, running } of started) {
    const target = { url: running.url, cleartextHttp2: running.cleartextHttp2 === true, key: server.key, tasks };
    all.set(proxy.name, await open(target, proxy, browser));
  }
  const opened = [...all.values()].flat();
  await within(deadlines.start, () => opened.every(hasBegun));
  const sawTheStart = new Set(opened.filter(({ follower }) => follower.sequences.length > 0));
  const stoodAt = new Map(await Promise.all(tasks.map(async (id) => [id, await server.newest(id)] as const)));
  server.go();
  const late = Promise.race([sleep(deadlines.end, 'no ending in time'), allEnded(opened)]);
  const failures = await Promise.all(opened.map(({ follower }) => Promise.race([follower.ended, late])));
  const truth = new Map(await Promise.all(tasks.map(async (id) => [id, await server.sequences(id)] as const)));
  const sightOf = (one: Opened): Sight => {
    const { follower, way, isSdk } = one;
    const { sequences, endings, taskId } = follower;
    const happened = (truth.get(taskId) ?? []).filter((sequence) => sequence > (stoodAt.get(taskId) ?? 0));
    const failure = failures[opened.indexOf(one)];
    return { way, isSdk, sequences, endings, failure, sawTheStart: sawTheStart.has(one), happened };
  };
  return new Map([...all].map(([name, followers]) => [name, followers.map(sightOf)]));
}

interface Opened {
  way: string;
  isSdk: boolean;
  follower: Follower;
  mayWait: boolean;
}

/** Whether a follower of this proxy is given nothing while its task stands still. The SDK notices, and asks. */
export function waitsForTheEnd({ holdsBack = false }: Proxy, isSdk: boolean): boolean {
  return holdsBack && !isSdk;
}

async function open(target: Target, proxy: Proxy, browser: BrowserFollowers | undefined): Promise<Opened[]> {
  const { endsOthers = false } = proxy;
  const found: Record<string, Follower[]> = {};
  for (const [way, follow] of Object.entries(ways)) {
    if (!endsOthers || way in sdkWays) found[way] = follow(target);
  }
  Object.assign(found, await browser?.follow(target, endsOthers));
  return Object.entries(found).flatMap(([way, followers]) =>
    followers.map((follower) => ({
      way,
      isSdk: way.includes('SDK'),
      follower,
      mayWait: waitsForTheEnd(proxy, way.includes('SDK')),
    })),
  );
}

function hasBegun({ follower, mayWait }: Opened): boolean {
  return mayWait || follower.sequences.length > 0;
}

async function allEnded(opened: readonly Opened[]): Promise<undefined> {
  await Promise.all(opened.map(({ follower }) => follower.ended));
  return undefined;
}

/** Waits until it holds, or the time is over. */
async function within(ms: number, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + ms;
  while (!holds() && performance.now() < deadline) await sleep(20);
}
