import type { BaseLogger } from 'pino';
import type { Engine } from '../../engine/contract.ts';
import type { AddressGuard } from './address.ts';
import type { JobEndings } from './job-endings.ts';
import type { KeyState } from './key-state.ts';
import type { RemoteLedger } from './ledger.ts';
import type { Measurer } from './measurer.ts';
import type { RemoteJob } from './remote-job.ts';
import type { RemoteTimings } from './timings.ts';

/** What all jobs of a provider share. */
export interface RemoteContext {
  /** `name` is what people read. */
  provider: { id: string; name: string };
  /** What the provider charges in where it does not say otherwise: ISO 4217, or `credits`. */
  currency: string;
  ledger: RemoteLedger;
  key: KeyState;
  endings: JobEndings;
  /** Says which addresses of the provider's answers may be opened. */
  guard: AddressGuard;
  /** Measures what the provider says nothing of. */
  measure: Measurer['measure'];
  timings: RemoteTimings;
  typicalSeconds: Engine['typicalSeconds'];
  log: Pick<BaseLogger, 'warn'>;
}

/** One model of a provider. */
export interface RemoteModel extends RemoteContext {
  /** Of the model. */
  id: string;
  job: RemoteJob;
}
