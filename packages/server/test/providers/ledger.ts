import type { JobRow, State } from './state.ts';
import type { Ledger } from './types.ts';

/** Reads what has happened out of the state. */
export function readLedger<Operation extends string>(
  state: State,
  operations: readonly Operation[],
): Ledger<Operation> {
  const jobs = state.all<JobRow>('select * from jobs order by submitted_at, rowid');
  const calls = Object.fromEntries(operations.map((each) => [each, state.counter(`call ${each}`)]));
  return {
    submits: jobs.map((row) => ({
      requestId: row.id,
      endpoint: row.endpoint,
      image: row.image,
      input: JSON.parse(row.input) as Record<string, unknown>,
      status: row.ended_at !== null ? 'COMPLETED' : row.started_at !== null ? 'IN_PROGRESS' : 'IN_QUEUE',
      cancelled: row.cancel_asked === 1,
      units: row.units,
      errorType: row.error_type,
      webhook: row.webhook,
    })),
    cancels: state.all<{ job: string }>('select job from cancels order by seq').map(({ job }) => job),
    calls: calls as Ledger<Operation>['calls'],
    unauthorised: state.counter('unauthorised'),
    leakedKeys: state.counter('leaked keys'),
    unknownInputs: state
      .all<{ name: string }>("select name from texts where name like 'unknown %'")
      .map(({ name }) => name.slice('unknown '.length)),
    faults: state.counter('faults'),
  };
}
