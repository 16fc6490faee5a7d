import { describe } from 'vitest';
import { accessSuite } from './access-suite.ts';
import { cleanupSuite } from './cleanup-suite.ts';
import { deathSuite } from './death-suite.ts';
import { estimateSuite } from './estimate-suite.ts';
import { feedSuite } from './feed-suite.ts';
import { handlesSuite } from './handles-suite.ts';
import type { OpenHarness } from './harness.ts';
import { jobsSuite } from './jobs-suite.ts';
import { logSuite } from './log-suite.ts';
import { offerSuite } from './offer-suite.ts';
import { propertySuite } from './property-suite.ts';
import { queueSuite } from './queue-suite.ts';
import { remakeSuite } from './remake-suite.ts';
import { sharesSuite } from './shares-suite.ts';
import { spendingSuite } from './spending-suite.ts';

/** The one suite of the engine contract: each engine runs it on a real store. */
export function engineContract(name: string, open: OpenHarness): void {
  describe(`The ${name} engine`, () => {
    logSuite(open);
    queueSuite(open);
    offerSuite(open);
    cleanupSuite(open);
    handlesSuite(open);
    feedSuite(open);
    jobsSuite(open);
    remakeSuite(open);
    estimateSuite(open);
    spendingSuite(open);
    accessSuite(open);
    sharesSuite(open);
    deathSuite(open);
    propertySuite(open);
  });
}
