import { setTimeout as sleep } from 'node:timers/promises';
import type { WebhookLayer } from './layer.ts';
import type { JobRow, State } from './state.ts';
import type { FaultKind } from './types.ts';

/** Providers repeat them for hours; here a receiver that is away for some seconds still gets its own. */
const maxAttempts = 20;
const retryMs = 100;

/** Notifies those who asked for it that their job has ended, signed as the provider signs. */
export interface Webhooks {
  /** Also for those that an earlier process has not notified. */
  send(row: JobRow, fault: FaultKind | undefined): void;
  close(): Promise<void>;
}

export function createWebhooks(state: State, layer: WebhookLayer): Webhooks {
  const closing = new AbortController();
  const { signal } = closing;
  const sending = new Set<Promise<void>>();

  function markSent({ id }: JobRow): void {
    state.run('update jobs set webhook_sent = 1 where id = ?', id);
  }

  async function deliver(row: JobRow, fault: FaultKind | undefined): Promise<void> {
    const body = Buffer.from(JSON.stringify(layer.payload(row)));
    const seconds = Math.floor(Date.now() / 1000) - (fault?.kind === 'webhook-old' ? 3600 : 0);
    const headers = {
      'content-type': 'application/json',
      ...layer.sign(state, row, body, { seconds, stranger: fault?.kind === 'webhook-forged' }),
    };
    for (let attempt = 0; attempt < maxAttempts && !signal.aborted; attempt += 1) {
      const answer = await fetch(row.webhook ?? '', { method: 'POST', headers, body, signal }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok || fault) {
        markSent(row);
        return;
      }
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    send(row, fault) {
      if (fault?.kind === 'webhook-lost') {
        markSent(row);
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
