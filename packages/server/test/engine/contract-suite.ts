import { describe } from 'vitest';
import { estimateSuite } from './estimate-suite.ts';
import { feedSuite } from './feed-suite.ts';
import type { OpenHarness } from './harness.ts';
import { jobsSuite } from './jobs-suite.ts';
import { logSuite } from './log-suite.ts';
import { propertySuite } from './property-suite.ts';
import { queueSuite } from './queue-suite.ts';
import { spendingSuite } from './spending-suite.ts';

/** The one suite of the engine contract: each engine runs it on a real store. */
export function engineContract(name: string, open: OpenHarness): void {
  describe(`The ${name} engine`, () => {
    logSuite(open);
    queueSuite(open);
    feedSuite(open);
    jobsSuite(open);
    estimateSuite(open);
    spendingSuite(open);
    propertySuite(open);
  });
}
