import type { Ledger } from '../types.ts';

/** The calls that fal accepts, by what they are for. A fault names the one that it spoils. */
export type FalOperation =
  | 'initiate'
  | 'put'
  | 'submit'
  | 'status'
  | 'stream'
  | 'result'
  | 'cancel'
  | 'file'
  | 'pricing'
  | 'jwks'
  | 'webhook';

export type FalLedger = Ledger<FalOperation>;
