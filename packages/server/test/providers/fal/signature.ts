import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { WebhookLayer } from '../layer.ts';
import type { JobRow, State } from '../state.ts';

/** Who gets the webhooks, as fal says in their headers. */
const userId = 'simulated-user';
const { privateKey: strangersKey } = generateKeyPairSync('ed25519');

/** The public keys, as a JSON Web Key Set. */
export function publicKeys(state: State): { keys: Record<string, unknown>[] } {
  const jwk = createPublicKey(signingKey(state)).export({ format: 'jwk' });
  return { keys: [{ ...jwk, kid: 'simulated', use: 'sig' }] };
}

/** Webhooks as fal sends them. */
export const falWebhook: WebhookLayer = {
  payload(row) {
    const ids = { request_id: row.id, gateway_request_id: row.id };
    const answer = JSON.parse(row.answer ?? '{}') as { status?: number; body?: string };
    const payload = JSON.parse(answer.body ?? 'null') as unknown;
    if (answer.status === 200) return { ...ids, status: 'OK', error: null, payload };
    return { ...ids, status: 'ERROR', error: row.error ?? `Invalid status code: ${answer.status}`, payload };
  },
  sign(state: State, row: JobRow, body: Buffer, { seconds, stranger }) {
    const digest = createHash('sha256').update(body).digest('hex');
    const message = Buffer.from([row.id, userId, seconds, digest].join('\n'));
    return {
      'x-fal-webhook-request-id': row.id,
      'x-fal-webhook-user-id': userId,
      'x-fal-webhook-timestamp': String(seconds),
      'x-fal-webhook-signature': sign(null, message, stranger ? strangersKey : signingKey(state)).toString('hex'),
    };
  },
};

/** Kept with the state, so that it is the same after a restart. */
function signingKey(state: State): KeyObject {
  return createPrivateKey(
    state.kept('webhook-key', () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })),
  );
}
