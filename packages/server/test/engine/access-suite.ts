import { describe, expect, it } from 'vitest';
import { harnesses } from './harness.ts';
import type { OpenHarness } from './harness.ts';

const grant = { owner: 'somebody', login: 'l1', taskId: 't', jobId: 'j' };

/** What every engine promises of logins and tickets. */
export function accessSuite(open: OpenHarness): void {
  const setUp = harnesses(open);

  describe('access', () => {
    it('has one secret of each name, for every process and after a restart', async () => {
      const harness = await setUp();
      const second = await harness.second();
      const [session, again, other] = await Promise.all([
        harness.engine.secret('session'),
        second.secret('session'),
        harness.engine.secret('other'),
      ]);
      expect(session).toHaveLength(32);
      expect(again).toEqual(session);
      expect(other).not.toEqual(session);
      await harness.restart();
      expect(await harness.engine.secret('session')).toEqual(session);
    });

    it('ends a login everywhere, until it would have expired', async () => {
      const harness = await setUp();
      const second = await harness.second();
      const heard: string[] = [];
      harness.engine.onLoginEnded((loginId) => heard.push(loginId));
      const stop = second.onLoginEnded(() => heard.push('never'));
      stop();
      await second.endLogin('l1', 60_000);
      await harness.advance(5000);
      expect(heard).toEqual(['l1']);
      expect(await harness.engine.hasEnded('l1')).toBe(true);
      expect(await harness.engine.hasEnded('l2')).toBe(false);
      await harness.restart();
      expect(await harness.engine.hasEnded('l1')).toBe(true);
      await harness.advance(60_000);
      expect(await harness.engine.hasEnded('l1')).toBe(false);
    });

    it('opens with a ticket at every process, and lets one caller use it up', async () => {
      const harness = await setUp();
      const second = await harness.second();
      await harness.engine.addTicket('h1', grant, 60_000);
      expect(await second.ticket('h1')).toEqual({ ...grant, isBound: false });
      expect(await second.ticket('h2')).toBeUndefined();
      const redeemed = await Promise.all([0, 1, 2, 3].map((n) => (n % 2 ? second : harness.engine).redeemTicket('h1')));
      expect(redeemed.filter(Boolean)).toHaveLength(1);
      expect(await harness.engine.ticket('h1')).toBeUndefined();
      expect(await harness.engine.redeemTicket('h2')).toBe(false);
    });

    it('binds a ticket to one caller, and keeps it through a restart as long as it is used', async () => {
      const harness = await setUp();
      const second = await harness.second();
      for (const hash of ['h1', 'h2']) await harness.engine.addTicket(hash, grant, 60_000);
      const bound = await Promise.all(
        [0, 1, 2, 3].map((n) => (n % 2 ? second : harness.engine).bindTicket('h1', 600_000)),
      );
      expect(bound.filter(Boolean)).toHaveLength(1);
      expect(await second.redeemTicket('h1')).toBe(false);
      expect(await second.redeemTicket('h2')).toBe(true);
      expect(await second.bindTicket('h2', 600_000)).toBe(false);
      expect(await second.bindTicket('h3', 600_000)).toBe(false);
      await harness.advance(500_000);
      await harness.restart();
      expect(await harness.engine.ticket('h1')).toEqual({ ...grant, isBound: true });
      await harness.engine.keepTicket('h1', 600_000);
      await harness.advance(500_000);
      expect(await harness.engine.ticket('h1')).toEqual({ ...grant, isBound: true });
      await harness.advance(100_001);
      expect(await harness.engine.ticket('h1')).toBeUndefined();
      await harness.engine.keepTicket('h1', 600_000);
      expect(await harness.engine.ticket('h1')).toBeUndefined();
    });

    it('does not keep an unused ticket longer, nor bind one that has expired', async () => {
      const harness = await setUp();
      await harness.engine.addTicket('h1', grant, 1000);
      await harness.engine.keepTicket('h1', 600_000);
      await harness.advance(1500);
      expect(await harness.engine.ticket('h1')).toBeUndefined();
      expect(await harness.engine.bindTicket('h1', 600_000)).toBe(false);
    });

    it('refuses a ticket that has expired', async () => {
      const harness = await setUp();
      await harness.engine.addTicket('short', grant, 1000);
      await harness.engine.addTicket('long', grant, 60_000);
      await harness.advance(1500);
      await harness.restart();
      expect(await harness.engine.ticket('short')).toBeUndefined();
      expect(await harness.engine.redeemTicket('short')).toBe(false);
      await harness.engine.addTicket('next', grant, 60_000);
      expect(await harness.engine.redeemTicket('long')).toBe(true);
    });
  });
}
