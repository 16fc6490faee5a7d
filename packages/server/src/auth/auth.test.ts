import { describe, expect, it } from 'vitest';
import { createKeyring } from './keys.ts';
import { createSessions } from './sessions.ts';
import { createTickets } from './tickets.ts';

const any = (): boolean => true;

describe('the keyring', () => {
  const keyring = createKeyring({ apiKeys: ['alpha', 'beta'], adminApiKeys: ['root'] });

  it('tells keys apart, and by a name that is not the key', () => {
    const alpha = keyring.identify('alpha');
    expect(alpha).toEqual({ owner: expect.stringMatching(/^[0-9a-f]{32}$/), isAdmin: false });
    expect(keyring.identify('beta')?.owner).not.toBe(alpha?.owner);
    expect(keyring.identify('root')?.isAdmin).toBe(true);
    expect(keyring.find(alpha?.owner ?? '')).toEqual(alpha);
  });

  it('knows no other key', () => {
    for (const key of ['', 'alph', 'alphaa', 'Alpha']) expect(keyring.identify(key)).toBeUndefined();
    expect(keyring.find('local')).toBeUndefined();
  });

  it('is open without keys, and then nobody is an administrator', () => {
    const open = createKeyring({ apiKeys: [], adminApiKeys: [] });
    expect(open.open).toBe(true);
    expect(open.find('local')).toEqual({ owner: 'local', isAdmin: false });
  });
});

describe('sessions', () => {
  const secret = Buffer.alloc(32, 7);

  it('hold until they expire', () => {
    let time = 1000;
    const sessions = createSessions({ secret, lifetimeMs: 500, now: () => time });
    const value = sessions.create('owner');
    expect(sessions.verify(value)?.owner).toBe('owner');
    time = 1500;
    expect(sessions.verify(value)).toBeUndefined();
  });

  it('outlast a restart, as long as the secret does', () => {
    const value = createSessions({ secret }).create('owner');
    expect(createSessions({ secret }).verify(value)?.owner).toBe('owner');
    expect(createSessions({ secret: Buffer.alloc(32, 8) }).verify(value)).toBeUndefined();
  });

  it('cannot be changed', () => {
    const sessions = createSessions({ secret });
    const value = sessions.create('owner');
    for (const forged of [value.replace('owner', 'other'), `${value}x`, value.slice(0, -1), '', '...', 'a.b.c.d.e']) {
      expect(sessions.verify(forged)).toBeUndefined();
    }
  });

  it('end at the logout', () => {
    const sessions = createSessions({ secret });
    const [first, second] = [sessions.create('owner'), sessions.create('owner')];
    const login = sessions.verify(first);
    expect(sessions.revoke(first)).toEqual(login);
    expect(sessions.revoke(first)).toBeUndefined();
    expect(sessions.verify(first)).toBeUndefined();
    expect(sessions.verify(second)).toEqual({ owner: 'owner', id: expect.any(String) });
    expect(sessions.verify(second)?.id).not.toBe(login?.id);
  });
});

describe('tickets', () => {
  const grant = { owner: 'o', login: '', taskId: 't', jobId: 'j' };

  it('open once', () => {
    const tickets = createTickets();
    const { ticket } = tickets.issue(grant);
    expect(tickets.redeem(ticket, any)).toMatchObject(grant);
    expect(tickets.redeem(ticket, any)).toBeUndefined();
  });

  it('are kept where they do not fit', () => {
    const tickets = createTickets();
    const { ticket } = tickets.issue(grant);
    expect(tickets.redeem(ticket, () => false)).toBeUndefined();
    expect(tickets.redeem(ticket, any)).toMatchObject(grant);
  });

  it('are good for a minute', () => {
    let time = 0;
    const tickets = createTickets({ now: () => time });
    const { ticket, expiresAt } = tickets.issue(grant);
    expect(expiresAt).toBe(60_000);
    time = 60_000;
    expect(tickets.redeem(ticket, any)).toBeUndefined();
  });

  it('are bounded: the oldest goes first', () => {
    const tickets = createTickets();
    const first = tickets.issue(grant);
    let last = first;
    for (let count = 0; count < 10_000; count += 1) last = tickets.issue(grant);
    expect(tickets.redeem(first.ticket, any)).toBeUndefined();
    expect(tickets.redeem(last.ticket, any)).toMatchObject(grant);
  });
});
