import { message } from '@image2model/protocol';
import { ModelError } from '../errors.ts';
import { keyRefused } from './key-state.ts';

/** What an HTTP status of a provider means where its body says nothing better. `provider` is its display name. */
export function errorOfStatus(provider: string, status: number): ModelError {
  const values = { provider };
  if (status === 401 || status === 402 || status === 403) return keyRefused(provider);
  if (status === 429) return new ModelError('PROVIDER_BUSY', message('provider.rate_limited', values));
  if (status === 408 || status === 504) return new ModelError('PROVIDER_TIMEOUT', message('provider.timeout', values));
  if (status === 503) return new ModelError('PROVIDER_BUSY', message('provider.busy', values));
  if (status >= 500) return new ModelError('PROVIDER_UNAVAILABLE', message('provider.down', values));
  return new ModelError('PROVIDER_REFUSED', message('provider.refused', values));
}
