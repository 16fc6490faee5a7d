import { randomBytes, randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { jobSchema, uploadSchema } from '@image2model/protocol';
import type { Job, Upload } from '@image2model/protocol';
import { follow } from './follower.ts';
import type { Followed } from './follower.ts';
import type { PlannedJob } from './plan.ts';

/** A job that the server accepted, and all that its client knows of it. */
export interface AcceptedJob {
  planned: PlannedJob;
  upload: Upload;
  /** One for each task: the first, and that of a retry. */
  followed: Followed[];
  /** Ids of files that the client asked to cancel. */
  cancelled: Set<string>;
  deleted: boolean;
  /** When the upload was sent first, and when it was answered, by the machine's monotonic clock. */
  asked: number;
  answered: number;
  /** Whether the client has done with it all that it wanted. */
  isOver: boolean;
  /** What was taken away or damaged on the disk, by the file's id; see lost-files.ts. */
  lost: Map<string, 'model' | 'photo'>;
}

/** Answers of the server after which the power is cut: what they say has to hold. */
export type Answered = 'upload' | 'cancel' | 'retry' | 'delete';

interface ClientOptions {
  url: () => string;
  /** A picture that the server takes. */
  picture: Uint8Array;
  signal: AbortSignal;
}

/** Behaves as a patient client does: repeats what was not answered, and takes what the stream says for the truth. */
export class Client {
  readonly jobs: AcceptedJob[] = [];
  readonly complaints: string[] = [];
  /** Answers that were no success, by status; 0 where there was none. */
  readonly answers = new Map<number, number>();
  /** Says what was answered with success, as it is: an {@link Answered}. */
  readonly events = new EventEmitter();
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Uploads a job, follows it to its end and does with it what the plan says. `accepted` is called once it is. */
  async run(planned: PlannedJob, accepted: () => void): Promise<void> {
    const asked = performance.now();
    const upload = await this.#upload(planned);
    if (upload === undefined) return;
    const times = { asked, answered: performance.now() };
    const marks = { cancelled: new Set<string>(), deleted: false, isOver: false, lost: new Map() };
    const job: AcceptedJob = { planned, upload, followed: [], ...times, ...marks };
    this.jobs.push(job);
    this.#say('upload');
    accepted();
    await this.#followTask(job, upload.task_id);
    if (planned.wishes.has('retry')) await this.#retry(job);
    if (planned.wishes.has('delete')) await this.#delete(job);
    job.isOver = true;
  }

  /** Has a model made again that was lost. */
  async makeAgain(job: AcceptedJob): Promise<void> {
    const before = job.followed.length;
    await this.#retry(job);
    const again = job.followed.length > before ? job.followed.at(-1) : undefined;
    if (again === undefined) this.complaints.push(`what was lost of job ${job.upload.job_id} is not made again`);
    for (const id of job.lost.keys()) if (again?.files.get(id)?.status === 'completed') job.lost.delete(id);
  }

  #say(answered: Answered): void {
    this.events.emit(answered);
  }

  /** The same key each time: an upload whose answer was lost must not become two jobs. */
  async #upload(planned: PlannedJob): Promise<Upload | undefined> {
    const key = randomUUID();
    const files = planned.files.map(({ name, photo }) => {
      // What follows a PNG's end is not read: each picture has bytes of its own, but for those that come again.
      const rest = photo === null ? randomBytes(2000) : Buffer.alloc(2000, photo);
      const bytes = Buffer.concat([this.#options.picture, rest]);
      return [name, new Blob([bytes])] as const;
    });
    const response = await this.ask('/upload/', [200], () => {
      const form = new FormData();
      for (const [name, blob] of files) form.append('files', blob, name);
      return { method: 'POST', body: form, headers: { 'idempotency-key': key } };
    });
    return response && uploadSchema.parse(await response.json());
  }

  async #followTask(job: AcceptedJob, taskId: string): Promise<void> {
    const { url, signal } = this.#options;
    const over = new AbortController();
    const cancelling = this.#cancel(job, taskId, AbortSignal.any([over.signal, signal]));
    job.followed.push(await follow(url, taskId, signal));
    over.abort();
    await cancelling;
  }

  /** A file that hangs has to be cancelled or it never ends; others are cancelled as the plan has it. */
  async #cancel(job: AcceptedJob, taskId: string, signal: AbortSignal): Promise<void> {
    const { wishes, cancelAfterMs, files } = job.planned;
    const ids = job.upload.uploaded_files.map(({ file_id }) => file_id);
    const hanging = ids.filter((_, index) => files[index]?.fate === 'hangs');
    const chosen = wishes.has('cancel-file') ? [...new Set([...hanging, ...ids.slice(-1)])] : hanging;
    if (!wishes.has('cancel') && chosen.length === 0) return;
    await sleep(wishes.has('cancel') ? cancelAfterMs : cancelAfterMs + 300, undefined, { signal }).catch(
      () => undefined,
    );
    const path = `/status/tasks/${taskId}`;
    const expected = [202, 404, 409];
    if (wishes.has('cancel')) {
      for (const id of ids) job.cancelled.add(id);
      await this.ask(`${path}/cancel`, expected, () => ({ method: 'POST' }));
      if (hanging.length > 0) this.#say('cancel');
      return;
    }
    for (const id of chosen) {
      job.cancelled.add(id);
      await this.ask(`${path}/files/${id}/cancel`, expected, () => ({ method: 'POST' }));
      // One that hangs never ends but by the cancel.
      if (hanging.includes(id)) this.#say('cancel');
    }
  }

  async #retry(job: AcceptedJob): Promise<void> {
    const path = `/jobs/${job.upload.job_id}`;
    // 409: nothing failed, or the answer to the first try was lost; what the job says tells them apart.
    // 410: what is left has lost its photo.
    const expected = [...job.lost.values()].includes('photo') ? [200, 409, 410] : [200, 409];
    const answer = await this.ask(`${path}/retry`, expected, () => ({ method: 'POST' }));
    if (answer?.status === 200) this.#say('retry');
    const made = answer?.status === 200 ? ((await answer.json()) as { task_id: string }) : undefined;
    const now = await this.job(job.upload.job_id);
    if (made !== undefined && now?.task_id !== made.task_id) this.complaints.push(`retry ${made.task_id} is lost`);
    if (now !== undefined && now.task_id !== job.followed.at(-1)?.taskId) await this.#followTask(job, now.task_id);
  }

  async #delete(job: AcceptedJob): Promise<void> {
    const answer = await this.ask(`/jobs/${job.upload.job_id}`, [200, 404], () => ({ method: 'DELETE' }));
    if (answer === undefined) return;
    job.deleted = true;
    this.#say('delete');
  }

  async job(jobId: string): Promise<Job | undefined> {
    const response = await this.ask(`/jobs/${jobId}`, [200]);
    return response && jobSchema.parse(await response.json());
  }

  /** Asks until the answer is one of the expected; undefined where it is a refusal, or the run is over before that. */
  async ask(path: string, expected: readonly number[], init: () => RequestInit = () => ({})) {
    const { url, signal } = this.#options;
    while (!signal.aborted) {
      const response = await fetch(`${url()}/api/v1${path}`, { ...init(), signal }).catch(() => undefined);
      const status = response?.status ?? 0;
      this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
      if (response && expected.includes(status)) return response;
      const text = response === undefined ? '' : await response.text().catch(() => '');
      // Of a server that is starved only these are to be expected, and none of one that is killed.
      if (status !== 0 && status !== 503 && status !== 507) this.complaints.push(`${path}: ${status} ${text}`);
      if (status >= 400 && status < 500) return undefined;
      await sleep(120, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  }
}
