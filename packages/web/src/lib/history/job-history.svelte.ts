import type { ApiService, SSEManager } from '@image2model/client';
import type { TaskStatus } from '@image2model/protocol';
import type { CallError } from '../messages/error-kind.ts';
import { explain } from '../messages/errors.ts';
import { HistoryEntry, type HistoryJob } from './history-entry.svelte.ts';

type Api = Pick<ApiService, 'listJobs' | 'getJob' | 'deleteJob' | 'retryJob' | 'cancelTask'>;

/** Batches of the first page, and of every further one. */
const firstPage = 30;
const furtherPage = 100;
/** Rows that are drawn at first, and added at a time: drawing thousands at once would block the page. */
const drawnAtOnce = 60;

/** Where somebody was in the list. */
export interface HistoryPlace {
  search: string;
  status: TaskStatus | '';
  model: string;
  /** Batches that have to be fetched for it, and rows that were drawn at most. */
  loaded: number;
  drawn: number;
}

/** All batches, newest first, page by page; those that are running are followed. */
export class JobHistory {
  readonly #api: Api;
  readonly #streams: Pick<SSEManager, 'connect'>;
  #cursor: string | undefined;
  #loading: Promise<void> | undefined;
  search = $state('');
  status: TaskStatus | '' = $state('');
  model = $state('');
  /** Starts over with each other search. */
  #drawn: number = $derived.by(() => {
    void [this.search, this.status, this.model];
    return drawnAtOnce;
  });

  entries: readonly HistoryEntry[] = $state.raw([]);
  state: 'loading' | 'ready' | 'failed' = $state('loading');
  /** Why it could not be loaded. */
  error: CallError | undefined = $state.raw();
  hasMore = $state(false);
  /** A further page is on its way. */
  busy = $state(false);

  /** The ids of the models that have been used. */
  readonly models: readonly string[] = $derived([...new Set(this.entries.map(({ job }) => job.model))].sort());
  readonly filtered: boolean = $derived(this.search.trim() !== '' || this.status !== '' || this.model !== '');

  /** The batches that match the search: every word is in a file name or the model's id, accents or not. */
  readonly found: readonly HistoryEntry[] = $derived.by(() => {
    const words = folded(this.search).split(/\s+/).filter(Boolean);
    return this.entries.filter(({ job }) => {
      if (this.status !== '' && job.status !== this.status) return false;
      if (this.model !== '' && job.model !== this.model) return false;
      if (words.length === 0) return true;
      const text = folded([job.model, ...job.files.map(({ filename }) => filename)].join('\n'));
      return words.every((word) => text.includes(word));
    });
  });
  readonly shown: readonly HistoryEntry[] = $derived(this.found.slice(0, this.#drawn));

  /** `streams` reports the progress of the batches that are running. */
  constructor(api: Api, streams: Pick<SSEManager, 'connect'>) {
    this.#api = api;
    this.#streams = streams;
  }

  /** Fetches the first page, or the next one; if that is under way already, waits for it. */
  async load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    await this.#loading;
  }

  async #load(): Promise<void> {
    this.busy = true;
    const limit = this.#cursor === undefined ? firstPage : furtherPage;
    const answer = await this.#api.listJobs({ cursor: this.#cursor, limit });
    this.busy = false;
    if (!answer.success) {
      this.error = answer;
      if (this.entries.length === 0) this.state = 'failed';
      return;
    }
    this.error = undefined;
    const known = new Set(this.entries.map(({ job }) => job.job_id));
    const further = answer.jobs.filter(({ job_id }) => !known.has(job_id)).map((job) => this.#entry(job));
    this.entries = [...this.entries, ...further];
    this.#cursor = answer.next_cursor ?? undefined;
    this.hasMore = this.#cursor !== undefined;
    this.state = 'ready';
  }

  /** Fetches all remaining pages, so that a search covers everything. */
  async loadAll(): Promise<void> {
    do await this.load();
    while (this.hasMore && this.error === undefined);
  }

  /** Draws more of what was found, or fetches more once all of it is drawn. */
  async showMore(): Promise<void> {
    if (this.#drawn < this.found.length) this.#drawn += drawnAtOnce;
    else if (this.hasMore && this.error === undefined) await this.load();
  }

  /** Whether there is more to draw, here or on the server. */
  get moreToShow(): boolean {
    return this.#drawn < this.found.length || this.hasMore;
  }

  /** What is needed to come back to the list as it is: see {@link restore}. */
  get place(): HistoryPlace {
    const { search, status, model } = this;
    // A search covers everything that is loaded; without one, only what was drawn is needed again.
    const loaded = this.filtered ? this.entries.length : Math.min(this.entries.length, this.#drawn);
    return { search, status, model, loaded, drawn: this.#drawn };
  }

  /** Restores the list as it was before another page was opened, as far as it still exists. */
  async restore({ search, status, model, loaded, drawn }: HistoryPlace): Promise<void> {
    this.search = search;
    this.status = status;
    this.model = model;
    this.#drawn = drawn;
    if (this.state !== 'ready') await this.load();
    while (this.entries.length < loaded && this.hasMore && this.error === undefined) await this.load();
  }

  /** Looks for changes, from another tab, say. */
  async refresh(): Promise<void> {
    if (this.state !== 'ready' || this.busy) return;
    const answer = await this.#api.listJobs({ limit: firstPage });
    if (!answer.success) return;
    const known = new Map(this.entries.map((entry) => [entry.job.job_id, entry]));
    const fresh = answer.jobs.flatMap((job) => {
      const entry = known.get(job.job_id);
      if (!entry) return [this.#entry(job)];
      if (entry.job.task_id !== job.task_id || (entry.running && entry.job.status !== job.status)) {
        this.#renew(entry, job);
      }
      return [];
    });
    // Whatever is missing within the range of this answer has been deleted.
    const there = new Set(answer.jobs.map(({ job_id }) => job_id));
    const range = answer.next_cursor ? this.#rangeOf(answer.jobs) : this.entries.length;
    const gone = new Set(this.entries.slice(0, range).filter(({ job }) => !there.has(job.job_id)));
    for (const entry of gone) entry.close();
    if (fresh.length + gone.size > 0) this.entries = [...fresh, ...this.entries.filter((entry) => !gone.has(entry))];
  }

  /**
   * How many of the entries, which are newest first, are newer than the last job of a first page. Their times do not say:
   * those that were loaded before the server's clock was set go by the clock that it had.
   */
  #rangeOf(page: readonly HistoryJob[]): number {
    const last = this.entries.findIndex(({ job }) => job.job_id === page.at(-1)?.job_id);
    if (last !== -1) return last;
    const paged = new Set(page.map(({ job_id }) => job_id));
    // It is older than all of them, or newer.
    return this.entries.some(({ job }) => paged.has(job.job_id)) ? this.entries.length : 0;
  }

  /** Deletes a batch with its photos and models. Gives an error text if the server refuses. */
  async remove(entry: HistoryEntry): Promise<string | undefined> {
    const answer = await this.#ask(entry, () => this.#api.deleteJob(entry.job.job_id));
    if (!answer.success && answer.code !== 'JOB_NOT_FOUND') return explain(answer);
    entry.close();
    this.entries = this.entries.filter((each) => each !== entry);
    return undefined;
  }

  /** Retries what failed or was cancelled, and follows it. Gives an error text if the server refuses. */
  async retry(entry: HistoryEntry): Promise<string | undefined> {
    const answer = await this.#ask(entry, () => this.#api.retryJob(entry.job.job_id));
    if (!answer.success) return explain(answer);
    this.#renew(entry, { ...entry.job, status: 'queued', task_id: answer.taskId });
    return undefined;
  }

  /** Cancels what has not ended; its stream reports the end. Gives an error text if the server refuses. */
  async cancel(entry: HistoryEntry): Promise<string | undefined> {
    const answer = await this.#ask(entry, () => this.#api.cancelTask(entry.job.task_id));
    return answer.success || answer.code === 'TASK_ENDED' ? undefined : explain(answer);
  }

  /** Closes all streams. The work continues. */
  close(): void {
    for (const entry of this.entries) entry.close();
  }

  async #ask<T>(entry: HistoryEntry, call: () => Promise<T>): Promise<T> {
    entry.busy = true;
    try {
      return await call();
    } finally {
      entry.busy = false;
    }
  }

  #entry(job: HistoryJob): HistoryEntry {
    const entry = new HistoryEntry(job);
    entry.follow(this.#streams, () => void this.#finish(entry));
    return entry;
  }

  #renew(entry: HistoryEntry, job: HistoryJob): void {
    entry.set(job);
    entry.follow(this.#streams, () => void this.#finish(entry));
  }

  /** The stream says that it ended; the job says what became of each file. */
  async #finish(entry: HistoryEntry): Promise<void> {
    entry.close();
    const answer = await this.#api.getJob(entry.job.job_id);
    if (answer.success) entry.set(answer);
  }
}

/** Without case and accents: `senor` finds `Señor`, in either Unicode form. */
function folded(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
}
