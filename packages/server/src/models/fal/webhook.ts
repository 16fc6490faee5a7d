import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Delivery, ProviderWebhook } from '../provider.ts';
import { addBounded } from '../remote/job-endings.ts';
import type { JobEndings } from '../remote/job-endings.ts';
import type { FalClient } from './client.ts';

/** Signatures older or newer than this are not accepted, in seconds. */
const toleranceSeconds = 300;
/** fal's keys may be kept for a day; where a signature does not fit, they are read again, but not more often than this. */
const keepKeysMs = 24 * 3_600_000;
const readKeysAgainMs = 60_000;
/** Deliveries remembered; the oldest is forgotten first. */
const maxRemembered = 2000;

const keysSchema = z.object({ keys: z.array(z.object({ x: z.string().max(100) })).max(20) });

/**
 * Accepts fal's webhooks and wakes who waits. Nothing in them is believed but that a request has ended: whoever waits
 * asks fal itself, and so one that is sent again does no harm.
 */
export function createFalWebhook(
  client: Pick<FalClient, 'webhookKeys'>,
  endings: Pick<JobEndings, 'report'>,
  now: () => number = Date.now,
): ProviderWebhook {
  const isSigned = createVerifier(client, now);
  const seen = new Set<string>();
  return {
    async receive(delivery) {
      const signed = readDelivery(delivery);
      if (signed === undefined) return 'forged';
      if (Math.abs(now() / 1000 - signed.seconds) > toleranceSeconds) return 'late';
      const fits = await isSigned(signed.message, signed.signature);
      if (fits !== true) return fits === undefined ? 'keyless' : 'forged';
      // The same delivery bears the same signature, and within the tolerance it is remembered.
      if (seen.has(signed.delivery)) return 'repeated';
      addBounded(seen, signed.delivery, maxRemembered);
      endings.report(signed.requestId);
      return 'accepted';
    },
  };
}

interface SignedDelivery {
  requestId: string;
  /** When it was signed, seconds since the epoch. */
  seconds: number;
  /** What was signed. */
  message: Buffer;
  signature: Buffer;
  /** Names it among others. */
  delivery: string;
}

/** Undefined where it is not formed as fal forms it. */
function readDelivery({ headers, body }: Delivery): SignedDelivery | undefined {
  const [requestId, userId, timestamp, hex] = ['request-id', 'user-id', 'timestamp', 'signature'].map((name) => {
    const value = headers[`x-fal-webhook-${name}`];
    return typeof value === 'string' && value.length <= 300 ? value : '';
  }) as [string, string, string, string];
  if (requestId === '' || userId === '' || !/^\d{1,12}$/.test(timestamp) || !/^[\da-f]{128}$/i.test(hex)) {
    return undefined;
  }
  const digest = createHash('sha256').update(body).digest('hex');
  return {
    requestId,
    seconds: Number(timestamp),
    message: Buffer.from([requestId, userId, timestamp, digest].join('\n')),
    signature: Buffer.from(hex, 'hex'),
    delivery: `${requestId} ${timestamp} ${digest}`,
  };
}

/** Says whether one of fal's keys made a signature; undefined where they cannot be read. */
function createVerifier(client: Pick<FalClient, 'webhookKeys'>, now: () => number) {
  let keys: { all: KeyObject[]; at: number } | undefined;

  async function readKeys(): Promise<KeyObject[]> {
    const { status, body } = await client.webhookKeys();
    const parsed = keysSchema.safeParse(body);
    if (status !== 200 || !parsed.success) throw new Error(`fal's keys cannot be read (${status})`);
    const all = parsed.data.keys.flatMap(({ x }) => publicKey(x) ?? []);
    keys = { all, at: now() };
    return all;
  }

  return async (message: Buffer, signature: Buffer): Promise<boolean | undefined> => {
    const fits = (all: readonly KeyObject[]): boolean => all.some((key) => verify(null, message, key, signature));
    // Either way: the clock may have been set.
    const ageMs = keys === undefined ? Infinity : Math.abs(now() - keys.at);
    if (keys !== undefined && ageMs < keepKeysMs && (fits(keys.all) || ageMs < readKeysAgainMs)) return fits(keys.all);
    return await readKeys().then(fits, () => undefined);
  };
}

/** From the `x` of a JWK; fal pads it, which the standard does not. */
function publicKey(x: string): KeyObject | undefined {
  try {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(x, 'base64url').toString('base64url') };
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}
