import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../engine/contract.ts';
import { openSqliteStore } from '../engine/sqlite/engine.ts';
import { createKeyring } from './keys.ts';
import { createSessions, sessionLifetimeMs } from './sessions.ts';
import { createTickets } from './tickets.ts';

const any = (): boolean => true;

let engine: Engine;
/** Of another process on the same store. */
let another: Engine;
let close: () => Promise<void>;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
  const store = await openSqliteStore({ file: ':memory:', now: () => Date.now() });
  [engine, another] = [store.connect(), store.connect()];
  close = () => store.close();
});

afterEach(async () => {
  await close();
  vi.useRealTimers();
});

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

  it('hold until they expire', async () => {
    const sessions = createSessions({ secret, engine });
    const value = sessions.create('owner');
    expect((await sessions.verify(value))?.owner).toBe('owner');
    vi.setSystemTime(Date.now() + sessionLifetimeMs);
    expect(await sessions.verify(value)).toBeUndefined();
  });

  it('outlast a restart, as long as the secret does', async () => {
    const value = createSessions({ secret, engine }).create('owner');
    expect((await createSessions({ secret, engine }).verify(value))?.owner).toBe('owner');
    const other = createSessions({ secret: Buffer.alloc(32, 8), engine });
    expect(await other.verify(value)).toBeUndefined();
  });

  it('cannot be changed', async () => {
    const sessions = createSessions({ secret, engine });
    const value = sessions.create('owner');
    for (const forged of [value.replace('owner', 'other'), `${value}x`, value.slice(0, -1), '', '...', 'a.b.c.d.e']) {
      expect(await sessions.verify(forged)).toBeUndefined();
    }
  });

  it('end at the logout, at every process of the store', async () => {
    const sessions = createSessions({ secret, engine });
    const elsewhere = createSessions({ secret, engine: another });
    const [first, second] = [sessions.create('owner'), sessions.create('owner')];
    const login = await sessions.verify(first);
    expect(await elsewhere.verify(first)).toEqual(login);
    expect(await sessions.revoke(first)).toEqual(login);
    expect(await sessions.revoke(first)).toBeUndefined();
    for (const process of [sessions, elsewhere]) {
      expect(await process.verify(first)).toBeUndefined();
      expect(await process.verify(second)).toEqual({ owner: 'owner', id: expect.any(String) });
    }
    expect((await sessions.verify(second))?.id).not.toBe(login?.id);
  });

  it('are not good again after a logout while the clock was ahead', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const store = await openSqliteStore({ file: ':memory:' });
    const sessions = createSessions({ secret, engine: store.connect() });
    const [value, before] = [sessions.create('owner'), Date.now()];
    vi.setSystemTime(before + sessionLifetimeMs - 1000);
    expect(await sessions.revoke(value)).toBeDefined();
    vi.setSystemTime(before);
    vi.advanceTimersByTime(3_600_000);
    expect(await sessions.verify(value)).toBeUndefined();
    await store.close();
  });
});

describe('tickets', () => {
  const grant = { owner: 'o', login: '', taskId: 't', jobId: 'j' };
  const ticketsAt = (process: Engine, secret = Buffer.alloc(32, 7)) => createTickets({ engine: process, secret });
  const first = { fits: any, proofs: [], seen: () => undefined };

  it('open once', async () => {
    const tickets = ticketsAt(engine);
    const { ticket } = await tickets.issue(grant);
    expect(await tickets.redeem(ticket, any)).toMatchObject(grant);
    expect(await tickets.redeem(ticket, any)).toBeUndefined();
  });

  it('open once at any process of the store, for one of those that come together', async () => {
    const { ticket } = await ticketsAt(engine).issue(grant);
    const redeemed = await Promise.all(
      [engine, another].map(async (process) => await ticketsAt(process).redeem(ticket, any)),
    );
    expect(redeemed.filter((one) => one !== undefined)).toMatchObject([grant]);
  });

  it('are kept where they do not fit', async () => {
    const tickets = ticketsAt(engine);
    const { ticket } = await tickets.issue(grant);
    expect(await tickets.redeem(ticket, () => false)).toBeUndefined();
    expect(await tickets.redeem(ticket, any)).toMatchObject(grant);
  });

  it('are good for a minute', async () => {
    const tickets = ticketsAt(engine);
    const { ticket, expiresAt } = await tickets.issue(grant);
    expect(expiresAt).toBe(Date.now() + 60_000);
    vi.setSystemTime(expiresAt);
    expect(await tickets.redeem(ticket, any)).toBeUndefined();
  });

  it('open the events again for whoever used them first, at every process, and for nobody else', async () => {
    const { ticket } = await ticketsAt(engine).issue(grant);
    const opened = await Promise.all(
      [engine, another, engine].map(async (process) => await ticketsAt(process).follow(ticket, first)),
    );
    const [used, ...others] = opened.filter((one) => one !== undefined);
    expect(others).toEqual([]);
    expect(used?.grant).toMatchObject(grant);
    const proof = used?.proof ?? '';
    expect(proof).toMatch(/^[\w-]{22}$/);
    for (const proofs of [[], [''], ['x'], [proof.slice(1)], [`${proof}x`], [proof.toLowerCase()]]) {
      expect(await ticketsAt(engine).follow(ticket, { ...first, proofs })).toBeUndefined();
    }
    for (const process of [engine, another, engine]) {
      expect(await ticketsAt(process).follow(ticket, { ...first, proofs: ['x', proof] })).toMatchObject({
        grant,
        proof,
      });
    }
    // Neither by another secret nor for another thing.
    const forged = await ticketsAt(engine, Buffer.alloc(32, 8)).follow(ticket, { ...first, proofs: [proof] });
    expect(forged).toBeUndefined();
    expect(await ticketsAt(engine).follow(ticket, { ...first, proofs: [proof], fits: () => false })).toBeUndefined();
    expect(await ticketsAt(engine).redeem(ticket, any)).toBeUndefined();
  });

  it('do not open the events once they were used for a download', async () => {
    const { ticket } = await ticketsAt(engine).issue(grant);
    await ticketsAt(engine).redeem(ticket, any);
    expect(await ticketsAt(engine).follow(ticket, first)).toBeUndefined();
  });

  it('have proofs that are of one task, owner and login', async () => {
    const proofs = new Set<string | undefined>();
    for (const other of [{}, { owner: 'p' }, { login: 'l' }, { taskId: 'u' }]) {
      const { ticket } = await ticketsAt(engine).issue({ ...grant, ...other });
      proofs.add((await ticketsAt(engine).follow(ticket, first))?.proof);
    }
    expect(proofs.size).toBe(4);
  });

  it('are kept for a day after each use, and end with their login', async () => {
    const login = { ...grant, login: 'l' };
    const [one, two] = [await ticketsAt(engine).issue(login), await ticketsAt(engine).issue(login)];
    const proofs = [(await ticketsAt(engine).follow(one.ticket, first))?.proof ?? ''];
    for (let hour = 0; hour < 60; hour += 20) {
      expect(await ticketsAt(engine).follow(one.ticket, { ...first, proofs })).toBeDefined();
      vi.setSystemTime(Date.now() + 20 * 3_600_000);
    }
    expect(await ticketsAt(engine).follow(one.ticket, { ...first, proofs })).toBeDefined();
    expect(await ticketsAt(engine).follow(two.ticket, { ...first, proofs })).toBeUndefined();
    const fresh = await ticketsAt(engine).issue(login);
    await another.endLogin('l', 3_600_000);
    for (const { ticket } of [one, fresh]) {
      expect(await ticketsAt(engine).follow(ticket, { ...first, proofs })).toBeUndefined();
      expect(await ticketsAt(engine).redeem(ticket, any)).toBeUndefined();
    }
  });
});
