import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostileProxies, ipv6Proxies, realProxies } from './all.ts';
import { caddy, caddyEncode } from './real/caddy.ts';
import { nginxHttp2 } from './real/nginx-http2.ts';
import { convertThrough } from './support/command-line.ts';
import { expectAllSeen } from './support/expect-seen.ts';
import { measureFirstEvents } from './support/first-event.ts';
import type { Proxy } from './support/proxy.ts';
import { ipv6RigIsMissing, leftOut, rigIsMissing, startRig } from './support/rig.ts';
import type { Rig } from './support/rig.ts';
import type { Sight } from './support/round.ts';
import { documentedProxies, updateTables } from './support/table.ts';

const proxies = [...realProxies, ...hostileProxies];
const isMissing = ({ missing }: Proxy) => missing !== undefined;
const titleOf = ({ name, missing }: Proxy) => name + leftOut(missing);

/** Starting them all, and then a task's whole life. */
const roundMs = 400_000;

/** Within a `describe`: has everybody follow a task through these proxies. Gives the rig, which runs while the tests do. */
function followThroughAll(through: readonly Proxy[], options: { host?: string } = {}): () => Rig {
  let rig: Rig;
  let seen: Map<string, Sight[]>;
  beforeAll(async () => {
    rig = await startRig(through, options);
    await measureIfAsked(rig);
    seen = await rig.round();
  }, roundMs);
  afterAll(() => rig.close());

  describe('every way to follow a task sees each event once, in order, and one ending', () => {
    for (const proxy of through) {
      test.skipIf(isMissing(proxy))(titleOf(proxy), () => expectAllSeen(proxy, seen));
    }
  });
  return () => rig;
}

describe.skipIf(rigIsMissing !== undefined)(`before a server at 127.0.0.1${leftOut(rigIsMissing)}`, () => {
  const rig = followThroughAll(proxies);

  describe('Chromium is answered over HTTP/2', () => {
    for (const proxy of [nginxHttp2, caddy, caddyEncode]) {
      test.skipIf(isMissing(proxy))(titleOf(proxy), () => {
        const { running } = rig().started.find((one) => one.proxy === proxy) ?? {};
        expect(rig().protocols?.get(running?.url ?? '')).toBe('h2');
      });
    }
  });

  describe('the command line converts a photo', () => {
    for (const proxy of proxies) {
      test.skipIf(isMissing(proxy)).concurrent(titleOf(proxy), async ({ expect: expectHere }) => {
        const { running } = rig().started.find((one) => one.proxy === proxy) ?? {};
        const { exitCode, progress, endings, summary, errors } = await convertThrough(running?.url ?? '', rig());
        expectHere({ exitCode, endings, summary }, errors).toMatchObject({
          exitCode: 0,
          endings: ['completed'],
          summary: { total: 1, completed: 1 },
        });
        expectHere(progress).toEqual(progress.toSorted((a, b) => a - b));
      });
    }
  });
});

describe.skipIf(ipv6RigIsMissing !== undefined)(`before a server at ::1${leftOut(ipv6RigIsMissing)}`, () => {
  followThroughAll(ipv6Proxies, { host: '::1' });
});

test('docs/proxies.md has a row for each proxy, and for no other', () => {
  const names = [...proxies, ...ipv6Proxies].map(({ name }) => name);
  expect(documentedProxies().sort()).toEqual([...new Set(names)].sort());
});

/** With `UPDATE=1`, writes figures into the page. */
async function measureIfAsked({ server, started }: Rig): Promise<void> {
  if (process.env.UPDATE === '1') updateTables(started, await measureFirstEvents(server, started));
}
