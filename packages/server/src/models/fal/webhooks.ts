import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { FalClient } from './client.ts';

/** A webhook as it came in: headers by lower-case name, the body's very bytes. */
export interface Delivery {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Uint8Array;
}

/** What became of one: `late` was signed by fal but too long ago, `keyless` says that fal's keys cannot be had now. */
export type DeliveryOutcome = 'taken' | 'repeated' | 'forged' | 'late' | 'keyless';

/**
 * Takes fal's webhooks and wakes who waits. Nothing in them is believed but that a request has ended: whoever waits
 * asks fal itself, and so one that is sent again does no harm.
 */
export interface FalWebhooks {
  receive(delivery: Delivery): Promise<DeliveryOutcome>;
  /** Resolves when fal has told that a request ended, and never where it does not; `forget` when nobody waits any more. */
  told(requestId: string): { told: Promise<void>; forget: () => void };
}

/** Signatures older or newer than this are not taken, in seconds. */
const toleranceSeconds = 300;
/** fal's keys may be kept for a day; where a signature does not fit, they are read again, but not more often than this. */
const keepKeysMs = 24 * 3_600_000;
const readKeysAgainMs = 60_000;
/** Deliveries and endings remembered; the oldest is forgotten first. */
const mostRemembered = 2000;

const keysSchema = z.object({ keys: z.array(z.object({ x: z.string().max(100) })).max(20) });

export function createFalWebhooks(client: Pick<FalClient, 'webhookKeys'>, now: () => number = Date.now): FalWebhooks {
  const seen = new Set<string>();
  const ended = new Set<string>();
  const waiting = new Map<string, () => void>();
  let keys: { all: KeyObject[]; at: number } | undefined;

  async function readKeys(): Promise<KeyObject[]> {
    const { status, body } = await client.webhookKeys();
    const parsed = keysSchema.safeParse(body);
    if (status !== 200 || !parsed.success) throw new Error(`fal's keys cannot be read (${status})`);
    const all = parsed.data.keys.flatMap(({ x }) => publicKey(x) ?? []);
    keys = { all, at: now() };
    return all;
  }

  /** Whether one of fal's keys made this signature; undefined where they cannot be had. */
  async function isSigned(message: Buffer, signature: Buffer): Promise<boolean | undefined> {
    const fits = (all: readonly KeyObject[]): boolean => all.some((key) => verify(null, message, key, signature));
    const kept = keys !== undefined && now() - keys.at < keepKeysMs ? keys : undefined;
    if (kept !== undefined && (fits(kept.all) || now() - kept.at < readKeysAgainMs)) return fits(kept.all);
    return await readKeys().then(fits, () => undefined);
  }

  return {
    async receive({ headers, body }) {
      const [requestId, userId, timestamp, hex] = ['request-id', 'user-id', 'timestamp', 'signature'].map((name) => {
        const value = headers[`x-fal-webhook-${name}`];
        return typeof value === 'string' && value.length <= 300 ? value : '';
      }) as [string, string, string, string];
      if (requestId === '' || userId === '' || !/^\d{1,12}$/.test(timestamp) || !/^[\da-f]{128}$/i.test(hex)) {
        return 'forged';
      }
      if (Math.abs(now() / 1000 - Number(timestamp)) > toleranceSeconds) return 'late';
      const digest = createHash('sha256').update(body).digest('hex');
      const message = Buffer.from([requestId, userId, timestamp, digest].join('\n'));
      const signed = await isSigned(message, Buffer.from(hex, 'hex'));
      if (signed !== true) return signed === undefined ? 'keyless' : 'forged';
      // The same delivery bears the same signature, and within the tolerance it is remembered.
      const delivery = `${requestId} ${timestamp} ${digest}`;
      if (seen.has(delivery)) return 'repeated';
      remember(seen, delivery);
      // It may come before the answer to the submit has told us the id.
      remember(ended, requestId);
      waiting.get(requestId)?.();
      return 'taken';
    },
    told(requestId) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (ended.has(requestId)) resolve();
      waiting.set(requestId, resolve);
      return {
        told: promise,
        forget: () => {
          if (waiting.get(requestId) === resolve) waiting.delete(requestId);
        },
      };
    },
  };
}

function remember(set: Set<string>, value: string): void {
  set.add(value);
  const [oldest] = set;
  if (set.size > mostRemembered && oldest !== undefined) set.delete(oldest);
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
