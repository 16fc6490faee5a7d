import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../provider.ts';
import { createJobEndings } from '../remote/job-endings.ts';
import { createFalWebhook } from './webhook.ts';

const pair = () => generateKeyPairSync('ed25519');
const jwk = ({ publicKey }: { publicKey: KeyObject }) => ({ ...publicKey.export({ format: 'jwk' }) });

function setUp(...pairs: ReturnType<typeof pair>[]) {
  const state = { now: 1_800_000_000_000, keys: pairs.map(jwk), reads: 0, away: false };
  const endings = createJobEndings();
  const webhook = createFalWebhook(
    {
      async webhookKeys() {
        state.reads += 1;
        if (state.away) throw new Error('away');
        return { status: 200, headers: {}, body: { keys: state.keys } };
      },
    },
    endings,
    () => state.now,
  );
  function delivery(key: KeyObject, fields: { id?: string; atMs?: number; body?: string } = {}): Delivery {
    const { id = 'request-1', atMs = state.now, body = '{"status":"OK"}' } = fields;
    const seconds = String(Math.floor(atMs / 1000));
    const digest = createHash('sha256').update(body).digest('hex');
    const signature = sign(null, Buffer.from([id, 'user', seconds, digest].join('\n')), key).toString('hex');
    return {
      headers: {
        'x-fal-webhook-request-id': id,
        'x-fal-webhook-user-id': 'user',
        'x-fal-webhook-timestamp': seconds,
        'x-fal-webhook-signature': signature,
      },
      body: Buffer.from(body),
    };
  }
  return { state, webhook, endings, delivery };
}

describe('a webhook', () => {
  it('wakes who waits, also who only comes to wait later', async () => {
    const keys = pair();
    const { webhook, endings, delivery } = setUp(keys);
    const { ended } = endings.wait('request-1');
    expect(await webhook.receive(delivery(keys.privateKey))).toBe('accepted');
    await ended;
    await endings.wait('request-1').ended;
  });

  it('that is sent again is known, and one of another time is not mistaken for it', async () => {
    const keys = pair();
    const { state, webhook, delivery } = setUp(keys);
    const first = delivery(keys.privateKey);
    expect([await webhook.receive(first), await webhook.receive(first)]).toEqual(['accepted', 'repeated']);
    state.now += 2000;
    expect(await webhook.receive(delivery(keys.privateKey))).toBe('accepted');
  });

  it('is late five minutes after it was signed, and as much before', async () => {
    const keys = pair();
    const { state, webhook, delivery } = setUp(keys);
    for (const [offset, outcome] of [
      [-301_000, 'late'],
      [301_000, 'late'],
      [-299_000, 'accepted'],
    ] as const) {
      expect(await webhook.receive(delivery(keys.privateKey, { atMs: state.now + offset }))).toBe(outcome);
    }
  });

  it('is forged where anything of it was changed', async () => {
    const keys = pair();
    const { webhook, delivery } = setUp(keys);
    const good = delivery(keys.privateKey);
    const changes: Delivery[] = [
      { ...good, body: Buffer.from('{"status":"ok"}') },
      { ...good, headers: { ...good.headers, 'x-fal-webhook-request-id': 'request-2' } },
      { ...good, headers: { ...good.headers, 'x-fal-webhook-user-id': 'another' } },
      { ...good, headers: { ...good.headers, 'x-fal-webhook-signature': 'zz' } },
      { ...good, headers: { ...good.headers, 'x-fal-webhook-signature': undefined } },
      { ...good, headers: { ...good.headers, 'x-fal-webhook-timestamp': 'now' } },
      delivery(pair().privateKey),
    ];
    for (const change of changes) expect(await webhook.receive(change)).toBe('forged');
  });

  it('fits one of several keys, padded as fal pads them', async () => {
    const [old, current] = [pair(), pair()];
    const { state, webhook, delivery } = setUp(old, current);
    state.keys = state.keys.map((key) => ({ ...key, x: `${key.x}=` }));
    expect(await webhook.receive(delivery(current.privateKey))).toBe('accepted');
  });

  it('makes new keys be read, but not for every forgery', async () => {
    const [old, current] = [pair(), pair()];
    const { state, webhook, delivery } = setUp(old);
    await webhook.receive(delivery(old.privateKey));
    state.keys = [jwk(current)];
    for (let count = 0; count < 5; count += 1) {
      expect(await webhook.receive(delivery(current.privateKey))).toBe('forged');
    }
    expect(state.reads).toBe(1);
    state.now += 61_000;
    expect(await webhook.receive(delivery(current.privateKey))).toBe('accepted');
    expect(state.reads).toBe(2);
  });

  it('is neither accepted nor refused for good while the keys cannot be read', async () => {
    const keys = pair();
    const { state, webhook, delivery } = setUp(keys);
    state.away = true;
    const good = delivery(keys.privateKey);
    expect(await webhook.receive(good)).toBe('keyless');
    state.away = false;
    expect(await webhook.receive(good)).toBe('accepted');
  });
});
