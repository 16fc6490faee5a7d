import type { BaseLogger } from 'pino';
import { message } from '@image2model/protocol';
import { ModelError } from '../errors.ts';

/** Whether a provider refuses our key: reported once, and not tried again for every file. */
export interface KeyState {
  /** @throws ModelError while the key counts as refused */
  check(): void;
  /** The provider has refused it. */
  refused(): void;
  /** What an operator has to know; undefined where the key is not refused. */
  trouble(): string | undefined;
}

interface KeyStateOptions {
  /** The provider's display name. */
  provider: string;
  /** How long a refusal holds, ms. */
  refusedMs: number;
  log: Pick<BaseLogger, 'error'>;
}

export function createKeyState({ provider, refusedMs, log }: KeyStateOptions): KeyState {
  let until = -Infinity;
  const isRefused = (): boolean => performance.now() < until;
  return {
    check() {
      if (isRefused()) throw keyRefused(provider);
    },
    refused() {
      if (!isRefused()) log.error({ code: 'PROVIDER_KEY_REFUSED' }, keyRefused(provider).message);
      until = performance.now() + refusedMs;
    },
    trouble: () => (isRefused() ? keyRefused(provider).message : undefined),
  };
}

/** The key is refused, or the account behind it has no credit left. */
export function keyRefused(provider: string): ModelError {
  return new ModelError('PROVIDER_KEY_REFUSED', message('provider.key_refused', { provider }));
}
