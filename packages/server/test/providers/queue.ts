import { randomUUID } from 'node:crypto';
import type { Answer } from './answers.ts';
import { planOf } from './state.ts';
import type { JobRow, State } from './state.ts';
import type { JobPlan } from './types.ts';

/** What a job came to. */
export interface JobEnd {
  /** Of the call for the result. */
  answer: Answer;
  error: string | null;
  errorType: string | null;
  /** Billed. */
  units: number;
}

interface QueueOptions {
  state: State;
  concurrency: number;
  /** What a job comes to whose time is over. */
  work: (row: JobRow, plan: JobPlan, at: number) => JobEnd;
  cancelled: () => JobEnd;
  /** Called after each change, with the jobs that have ended by it. */
  changed: (ended: JobRow[]) => void;
}

/** A job as it is submitted. */
type NewJob = Pick<JobRow, 'endpoint' | 'image' | 'webhook'> & { input: Record<string, unknown>; plan: JobPlan };

/** A provider's queue: what was submitted waits, runs and ends, by the clock and over restarts. */
export class Queue {
  readonly #options: QueueOptions;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Accepts a job; gives its id and how many wait before it. */
  add({ endpoint, input, image, webhook, plan }: NewJob): { id: string; position: number } {
    const id = randomUUID();
    this.#options.state.run(
      'insert into jobs (id, endpoint, input, image, webhook, plan, submitted_at) values (?, ?, ?, ?, ?, ?, ?)',
      id,
      endpoint,
      JSON.stringify(input),
      image,
      webhook,
      JSON.stringify(plan),
      Date.now(),
    );
    const position = this.#open().filter((row) => row.started_at === null).length - 1;
    this.pump();
    return { id, position };
  }

  find(id: string): JobRow | undefined {
    return this.#options.state.all<JobRow>('select * from jobs where id = ?', id)[0];
  }

  /** Jobs that wait before this one. */
  position(row: JobRow): number {
    const waiting = this.#open().filter((each) => each.started_at === null);
    return Math.max(
      0,
      waiting.findIndex((each) => each.id === row.id),
    );
  }

  /** What waits is taken out of the queue; what runs gets a signal, and may go on. False where it has ended. */
  cancel(row: JobRow): boolean {
    const { state, changed } = this.#options;
    state.run('insert into cancels (job) values (?)', row.id);
    if (row.ended_at !== null) return false;
    state.run('update jobs set cancel_asked = 1 where id = ?', row.id);
    if (row.started_at === null) {
      const ended = this.#end(row, planOf(row), true, Date.now());
      changed(ended ? [ended] : []);
    }
    this.pump();
    return true;
  }

  /** Lets jobs go on that a plan holds; all of them where none is named. */
  release(id?: string): void {
    this.#options.state.run(
      'update jobs set released = 1 where ended_at is null and (? is null or id = ?)',
      id ?? null,
      id ?? null,
    );
    this.pump();
  }

  /** Does what is due. */
  pump(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    const now = Date.now();
    const ended = this.#endDue(now);
    const next = this.#startDue(now);
    if (next < Infinity) this.#timer = setTimeout(() => this.pump(), Math.max(1, next - Date.now()));
    this.#options.changed(ended);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #open(): JobRow[] {
    return this.#options.state.all<JobRow>('select * from jobs where ended_at is null order by submitted_at, rowid');
  }

  #endDue(now: number): JobRow[] {
    const ended: JobRow[] = [];
    for (const row of this.#open()) {
      const plan = planOf(row);
      if (row.started_at === null) continue;
      const held = plan.hold === 'run' && row.released === 0;
      const stopped = row.cancel_asked === 1 && plan.stopsOnCancel === true;
      if (!stopped && (held || row.started_at + plan.runMs > now)) continue;
      const at = Math.max(row.started_at, Math.min(now, row.started_at + plan.runMs));
      const after = this.#end(row, plan, stopped, at);
      if (after) ended.push(after);
    }
    return ended;
  }

  /** When something is due next. */
  #startDue(now: number): number {
    const { state, concurrency } = this.#options;
    const open = this.#open();
    let running = open.filter((row) => row.started_at !== null).length;
    let next = Infinity;
    for (const row of open) {
      const plan = planOf(row);
      if (row.started_at !== null) {
        if (plan.hold !== 'run' || row.released === 1) next = Math.min(next, row.started_at + plan.runMs);
        continue;
      }
      if (plan.hold === 'queue' && row.released === 0) continue;
      const due = row.submitted_at + plan.queueMs;
      if (due > now) next = Math.min(next, due);
      else if (running < concurrency) {
        running += 1;
        state.run('update jobs set started_at = ? where id = ?', now, row.id);
        next = Math.min(next, now + plan.runMs);
      }
    }
    return next;
  }

  #end(row: JobRow, plan: JobPlan, stopped: boolean, at: number): JobRow | undefined {
    const { state, work, cancelled } = this.#options;
    const { answer, error, errorType, units } = stopped ? cancelled() : work(row, plan, at);
    const text = JSON.stringify({ ...answer, body: Buffer.from(answer.body).toString('utf8') });
    state.run(
      'update jobs set ended_at = ?, answer = ?, error = ?, error_type = ?, units = ? where id = ?',
      at,
      text,
      error,
      errorType,
      units,
      row.id,
    );
    return this.find(row.id);
  }
}
