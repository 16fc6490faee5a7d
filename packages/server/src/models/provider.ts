import type { Model } from './contract.ts';

/** A service that makes models elsewhere, hosted or on one's own graphics card. */
export interface Provider {
  /** Stable: part of its webhook's address, of reservations and of logs. */
  readonly id: string;
  /** Closed with the provider. */
  readonly models: readonly Model[];
  /** Where the provider reports endings by itself. Served at {@link webhookPath}. */
  readonly webhook?: ProviderWebhook | undefined;
  /** What an operator has to know now, in a few words; undefined where all is well. */
  trouble(): string | undefined;
  /** Ends whatever is under way. May be called twice. */
  close(): Promise<void>;
}

/** A webhook as it came in: headers by lower-case name, the body's very bytes. */
export interface Delivery {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Uint8Array;
}

/**
 * What became of a delivery: `late` is signed but too old, `keyless` says that the provider's keys cannot be read now.
 */
export type DeliveryOutcome = 'accepted' | 'repeated' | 'forged' | 'late' | 'keyless';

/** Accepts a provider's webhooks; nothing in them is believed but that a job has ended. */
export interface ProviderWebhook {
  receive(delivery: Delivery): Promise<DeliveryOutcome>;
}

/** The path of the route that accepts a provider's webhooks. */
export function webhookPath(providerId: string): string {
  return `/api/v1/webhooks/${providerId}`;
}
