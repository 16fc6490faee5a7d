import { afterAll, beforeAll, describe, test } from 'vitest';
import { cutAfterBytes } from './hostile/cuts.ts';
import { holdsAll } from './hostile/buffers.ts';
import { crumbles, dropsComments, rewritesLines } from './hostile/rewrites.ts';
import { nginxDefaults } from './real/nginx-alone.ts';
import { nginxBehindNginx } from './real/nginx-behind-nginx.ts';
import { expectAllSeen } from './support/expect-seen.ts';
import { leftOut, rigIsMissing, startRig } from './support/rig.ts';
import type { Rig } from './support/rig.ts';
import type { Sight } from './support/round.ts';

/** The quick ones; `proxies.long.test.ts` has all of them, and a browser. */
const proxies = [nginxDefaults, nginxBehindNginx, cutAfterBytes, holdsAll, crumbles, rewritesLines, dropsComments];

describe.skipIf(rigIsMissing !== undefined)(`through each proxy${leftOut(rigIsMissing)}`, () => {
  let rig: Rig;
  let seen: Map<string, Sight[]>;
  beforeAll(async () => {
    rig = await startRig(proxies, { browser: false });
    seen = await rig.round();
  });
  afterAll(() => rig.close());

  describe('every way to follow a task in Node sees each event once, in order, and one ending', () => {
    for (const proxy of proxies) {
      const { name, missing } = proxy;
      test.skipIf(missing !== undefined)(name + leftOut(missing), () => expectAllSeen(proxy, seen));
    }
  });
});
