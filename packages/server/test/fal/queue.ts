import { createHash, randomUUID } from 'node:crypto';
import { imageProblem, json, modelError, modelErrors, requestError } from './errors.ts';
import type { Answer } from './errors.ts';
import { checkInput, falModels, imagesOf } from './models.ts';
import { makeResult } from './outputs.ts';
import { planOf } from './state.ts';
import type { FileRow, JobRow, State } from './state.ts';
import type { JobPlan } from './types.ts';

interface QueueOptions {
  state: State;
  queueUrl: string;
  cdnUrl: string;
  concurrency: number;
  resultTtlMs: number;
  /** Called after each change, with the jobs that have ended by it. */
  changed(ended: JobRow[]): void;
}

/** A line of a model's log. */
interface LogLine {
  message: string;
  level: 'INFO';
  source: 'USER';
  timestamp: string;
}

/** fal's queue: what was submitted waits, runs and ends, by the clock and over restarts. */
export interface Queue {
  submit(endpoint: string, input: Record<string, unknown>, webhook: string | null, plan: JobPlan): Answer;
  /** A job by the address of its app, which is the first two parts of its model's id. */
  find(app: string, id: string): JobRow | undefined;
  /** The status object; of the log what comes after the first `logsFrom` lines. */
  status(row: JobRow, logsFrom: number | null): { body: Record<string, unknown>; done: boolean; lines: number };
  result(row: JobRow): Answer;
  cancel(row: JobRow): Answer;
  /** Lets jobs go on that a plan holds; all of them where none is named. */
  release(id?: string): void;
  /** Does what is due. */
  pump(): void;
  close(): void;
}

export function createQueue(options: QueueOptions): Queue {
  const { state, queueUrl } = options;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const open = (): JobRow[] =>
    state.all<JobRow>('select * from jobs where ended_at is null order by submitted_at, rowid');
  const read = (id: string): JobRow | undefined => state.all<JobRow>('select * from jobs where id = ?', id)[0];

  function pump(): void {
    if (closed) return;
    clearTimeout(timer);
    const now = Date.now();
    const ended: JobRow[] = [];
    for (const row of open()) {
      const plan = planOf(row);
      if (row.started_at === null) continue;
      const held = plan.hold === 'run' && row.released === 0;
      const stopped = row.cancel_asked === 1 && plan.stopsOnCancel === true;
      if (!stopped && (held || row.started_at + plan.runMs > now)) continue;
      end(row, plan, stopped, Math.max(row.started_at, Math.min(now, row.started_at + plan.runMs)));
      const after = read(row.id);
      if (after) ended.push(after);
    }
    let running = open().filter((row) => row.started_at !== null).length;
    let next = Infinity;
    for (const row of open()) {
      const plan = planOf(row);
      if (row.started_at !== null) {
        if (plan.hold !== 'run' || row.released === 1) next = Math.min(next, row.started_at + plan.runMs);
        continue;
      }
      if (plan.hold === 'queue' && row.released === 0) continue;
      const due = row.submitted_at + plan.queueMs;
      if (due > now) next = Math.min(next, due);
      else if (running < options.concurrency) {
        running += 1;
        state.run('update jobs set started_at = ? where id = ?', now, row.id);
        next = Math.min(next, now + plan.runMs);
      }
    }
    if (next < Infinity) timer = setTimeout(pump, Math.max(1, next - Date.now()));
    options.changed(ended);
  }

  function end(row: JobRow, plan: JobPlan, stopped: boolean, at: number): void {
    const input = JSON.parse(row.input) as Record<string, unknown>;
    const { answer, error, errorType, units } = stopped ? cancelled() : work(row, input, plan, at);
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
  }

  /** The model's run: the input is checked here, and not when it is submitted. */
  function work(row: JobRow, input: Record<string, unknown>, plan: JobPlan, now: number) {
    const model = falModels[row.endpoint];
    const failed = (answer: Answer, error: string | null, errorType: string | null) => ({
      answer,
      error,
      errorType,
      units: 0,
    });
    if (!model) return failed(requestError('internal_error'), 'Internal error', 'internal_error');
    const { problems } = checkInput(model, input);
    if (problems.length > 0) return failed(modelError(problems), 'Invalid status code: 422', null);
    for (const url of imagesOf(model, input)) {
      const type = imageTrouble(state, options.cdnUrl, url);
      if (type) return failed(modelError([imageProblem(type, model.image, url)]), modelErrors[type] ?? type, type);
    }
    const { outcome } = plan;
    if (outcome.kind === 'model-error') {
      const problem = imageProblem(outcome.type, model.image, input[model.image]);
      return failed(modelError([problem], outcome.retryable), problem.msg, outcome.type);
    }
    if (outcome.kind === 'request-error') {
      const told = outcome.toldBy !== 'result';
      return failed(requestError(outcome.type, outcome.status), told ? outcome.type : null, told ? outcome.type : null);
    }
    const body = makeResult({
      state,
      cdnUrl: options.cdnUrl,
      jobId: row.id,
      endpoint: row.endpoint,
      input,
      outcome,
      now,
    });
    const units = model.units?.(input) ?? 1;
    const answer = json(200, body, { 'x-fal-billable-units': String(units) });
    return { answer, error: null, errorType: null, units };
  }

  return {
    pump,
    find(app, id) {
      const row = read(id);
      return row && appOf(row.endpoint) === app ? row : undefined;
    },
    submit(endpoint, input, webhook, plan) {
      const model = falModels[endpoint];
      if (!model) return json(404, { detail: `Application '${endpoint}' not found` });
      const id = randomUUID();
      const image = imageHash(state, options.cdnUrl, imagesOf(model, input)[0]);
      state.run(
        'insert into jobs (id, endpoint, input, image, webhook, plan, submitted_at) values (?, ?, ?, ?, ?, ?, ?)',
        id,
        endpoint,
        JSON.stringify(input),
        image,
        webhook,
        JSON.stringify(plan),
        Date.now(),
      );
      for (const name of checkInput(model, input).unknown)
        state.run('insert or ignore into texts values (?, ?)', `unknown ${endpoint}: ${name}`, '');
      const position = open().filter((row) => row.started_at === null).length - 1;
      pump();
      return json(
        200,
        { status: 'IN_QUEUE', ...addresses(queueUrl, endpoint, id), queue_position: position },
        { 'x-fal-request-id': id },
      );
    },
    status(row, logsFrom) {
      const urls = addresses(queueUrl, row.endpoint, row.id);
      const lines = logOf(row);
      const logs = logsFrom === null ? {} : { logs: lines.slice(logsFrom) };
      if (row.ended_at !== null) {
        const inference = row.started_at === null ? null : (row.ended_at - row.started_at) / 1000;
        const error =
          row.error === null
            ? {}
            : { error: row.error, ...(row.error_type === null ? {} : { error_type: row.error_type }) };
        const body = { status: 'COMPLETED', ...urls, ...logs, metrics: { inference_time: inference }, ...error };
        return { body, done: true, lines: lines.length };
      }
      if (row.started_at !== null) {
        return { body: { status: 'IN_PROGRESS', ...urls, ...logs }, done: false, lines: lines.length };
      }
      const before = open()
        .filter((each) => each.started_at === null)
        .findIndex((each) => each.id === row.id);
      return { body: { status: 'IN_QUEUE', ...urls, queue_position: Math.max(0, before) }, done: false, lines: 0 };
    },
    result(row) {
      const headers = { 'x-fal-request-id': row.id };
      if (row.ended_at === null || row.answer === null)
        return json(400, { detail: 'Request is still in progress' }, headers);
      if (row.ended_at + options.resultTtlMs < Date.now()) return json(404, { detail: 'Request not found' }, headers);
      const kept = JSON.parse(row.answer) as { status: number; headers: Record<string, string>; body: string };
      return { status: kept.status, headers: { ...kept.headers, ...headers }, body: Buffer.from(kept.body) };
    },
    cancel(row) {
      const headers = { 'x-fal-request-id': row.id };
      state.run('insert into cancels (job) values (?)', row.id);
      if (row.ended_at !== null) return json(400, { status: 'ALREADY_COMPLETED' }, headers);
      state.run('update jobs set cancel_asked = 1 where id = ?', row.id);
      // What waits is taken out of the queue; what runs gets a signal, and may go on.
      if (row.started_at === null) {
        end(row, planOf(row), true, Date.now());
        const after = read(row.id);
        options.changed(after ? [after] : []);
      }
      pump();
      return json(202, { status: 'CANCELLATION_REQUESTED' }, headers);
    },
    release(id) {
      state.run(
        'update jobs set released = 1 where ended_at is null and (? is null or id = ?)',
        id ?? null,
        id ?? null,
      );
      pump();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** SHA-256 of the photo at that address, hex; empty where there is none. */
function imageHash(state: State, cdnUrl: string, url: string | undefined): string {
  const bytes = url === undefined ? undefined : bytesAt(state, cdnUrl, url);
  return bytes ? createHash('sha256').update(bytes).digest('hex') : '';
}

/** fal's word for what is wrong with the photo at that address. */
function imageTrouble(state: State, cdnUrl: string, url: string): string | undefined {
  const bytes = bytesAt(state, cdnUrl, url);
  if (!bytes) return 'file_download_error';
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  const known = head.startsWith('\x89PNG') || head.startsWith('\xFF\xD8\xFF') || /^RIFF.{4}WEBP/s.test(head);
  return known ? undefined : 'image_load_error';
}

function bytesAt(state: State, cdnUrl: string, url: string): Uint8Array | undefined {
  const inline = /^data:[^;,]+;base64,(.*)$/s.exec(url);
  if (inline) return Buffer.from(inline[1] ?? '', 'base64');
  if (!url.startsWith(`${cdnUrl}/files/`)) return undefined;
  const id = url.slice(`${cdnUrl}/files/`.length).split('/')[0] ?? '';
  return state.all<FileRow>('select * from files where id = ?', id)[0]?.bytes ?? undefined;
}

function cancelled() {
  const type = 'client_cancelled';
  return { answer: requestError(type), error: 'Request was cancelled by the client', errorType: type, units: 0 };
}

function appOf(endpoint: string): string {
  return endpoint.split('/').slice(0, 2).join('/');
}

function addresses(queueUrl: string, endpoint: string, id: string): Record<string, string> {
  const url = `${queueUrl}/${appOf(endpoint)}/requests/${id}`;
  return { request_id: id, response_url: url, status_url: `${url}/status`, cancel_url: `${url}/cancel` };
}

/** What the model has printed so far: a few lines, spread over its time. */
function logOf(row: JobRow): LogLine[] {
  if (row.started_at === null) return [];
  const { runMs, percentages = true } = planOf(row);
  const share = runMs <= 0 || row.ended_at !== null ? 1 : (Date.now() - row.started_at) / runMs;
  const lines: [at: number, message: string][] = percentages
    ? [
        [0, 'Loading weights …'],
        [0.2, 'Sampling:  20%|██        | 10/50'],
        [0.5, 'Sampling:  50%|█████     | 25/50'],
        [0.8, 'Sampling:  80%|████████  | 40/50'],
        [0.95, 'Größe geprüft, Netz wird geschrieben ✓'],
      ]
    : [
        [0, 'Loading weights …'],
        [0.5, 'Meshing …'],
      ];
  return lines
    .filter(([at]) => at <= share)
    .map(([at, message]) => ({
      message,
      level: 'INFO',
      source: 'USER',
      timestamp: new Date((row.started_at ?? 0) + at * runMs).toISOString(),
    }));
}
