import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { JobRow, State } from './state.ts';
import type { FaultKind } from './types.ts';

/** Who gets the webhooks, as fal says in their headers. */
const userId = 'simulated-user';
/** fal tries for two hours; here a receiver that is away for some seconds still gets its own. */
const tries = 20;
const tryAgainMs = 100;

/** Tells those who asked for it that their job has ended, signed as fal signs. */
export interface Webhooks {
  /** The public keys, as a JSON Web Key Set. */
  jwks(): { keys: Record<string, unknown>[] };
  /** Also for those that an earlier process has not told. */
  send(row: JobRow, fault: FaultKind | undefined): void;
  close(): Promise<void>;
}

export function createWebhooks(state: State): Webhooks {
  const privateKey = createPrivateKey(
    state.kept('webhook-key', () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })),
  );
  const { privateKey: strangersKey } = generateKeyPairSync('ed25519');
  const closing = new AbortController();
  const sending = new Set<Promise<void>>();

  async function deliver(row: JobRow, fault: FaultKind | undefined): Promise<void> {
    const body = Buffer.from(JSON.stringify(payloadOf(row)));
    const seconds = Math.floor(Date.now() / 1000) - (fault?.kind === 'webhook-old' ? 3600 : 0);
    const digest = createHash('sha256').update(body).digest('hex');
    const message = Buffer.from([row.id, userId, seconds, digest].join('\n'));
    const key = fault?.kind === 'webhook-forged' ? strangersKey : privateKey;
    const headers = {
      'content-type': 'application/json',
      'x-fal-webhook-request-id': row.id,
      'x-fal-webhook-user-id': userId,
      'x-fal-webhook-timestamp': String(seconds),
      'x-fal-webhook-signature': sign(null, message, key).toString('hex'),
    };
    for (let attempt = 0; attempt < tries && !closing.signal.aborted; attempt += 1) {
      const answer = await fetch(row.webhook ?? '', { method: 'POST', headers, body, signal: closing.signal }).catch(
        () => undefined,
      );
      await answer?.body?.cancel();
      if (answer?.ok || fault) {
        state.run('update jobs set webhook_sent = 1 where id = ?', row.id);
        return;
      }
      await pause(tryAgainMs, closing.signal);
    }
  }

  return {
    jwks: () => ({
      keys: [{ ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: 'simulated', use: 'sig' }],
    }),
    send(row, fault) {
      if (row.webhook === null) return;
      if (fault?.kind === 'webhook-lost') {
        state.run('update jobs set webhook_sent = 1 where id = ?', row.id);
        return;
      }
      const sent = (async () => {
        await deliver(row, fault);
        if (fault?.kind === 'webhook-twice') await deliver(row, fault);
      })().finally(() => sending.delete(sent));
      sending.add(sent);
    },
    async close() {
      closing.abort();
      await Promise.all(sending);
    },
  };
}

function payloadOf(row: JobRow): Record<string, unknown> {
  const ids = { request_id: row.id, gateway_request_id: row.id };
  const answer = JSON.parse(row.answer ?? '{}') as { status?: number; body?: string };
  const payload = JSON.parse(answer.body ?? 'null') as unknown;
  if (answer.status === 200) return { ...ids, status: 'OK', error: null, payload };
  return { ...ids, status: 'ERROR', error: row.error ?? `Invalid status code: ${answer.status}`, payload };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
