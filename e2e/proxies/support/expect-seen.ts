import { expect } from 'vitest';
import type { Proxy } from './proxy.ts';
import { waitsForTheEnd } from './round.ts';
import type { Sight } from './round.ts';

/** Of every way that went through a proxy in a round; see {@link expectSeen}. */
export function expectAllSeen(proxy: Proxy, round: ReadonlyMap<string, readonly Sight[]>): void {
  const sights = round.get(proxy.name) ?? [];
  expect(sights.length).toBeGreaterThan(5);
  for (const sight of sights) expectSeen(proxy, sight);
}

/** That it saw each event once, in order, with one ending, and the first one while the task stood still. */
function expectSeen(proxy: Proxy, sight: Sight): void {
  const { way, isSdk, sequences, endings, failure, sawTheStart, happened } = sight;
  const seen = { failure, endings, sawTheStart: sawTheStart || waitsForTheEnd(proxy, isSdk) };
  expect(seen, way).toEqual({ failure: undefined, endings: 1, sawTheStart: true });
  const inOrder = [...new Set(sequences)].sort((a, b) => a - b);
  // Who comes back without a cursor is given the newest event of each file again; the SDK knows them.
  if (isSdk || proxy.forgetsCursor !== true) expect(sequences, way).toEqual(inOrder);
  if (sawTheStart && proxy.forgetsCursor !== true) {
    expect(
      sequences.filter((sequence) => sequence >= (happened[0] ?? 0)),
      way,
    ).toEqual(happened);
  }
}
