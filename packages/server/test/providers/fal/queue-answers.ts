import { json } from '../answers.ts';
import type { Answer } from '../answers.ts';
import type { Site } from '../layer.ts';
import { photoHash } from '../photos.ts';
import { planOf } from '../state.ts';
import type { JobRow } from '../state.ts';
import { checkInput, falModels, imagesOf } from './models.ts';
import type { FalOperation } from './types.ts';

type FalSite = Site<FalOperation>;

/** A job by the address of its app, which is the first two parts of its model's id. */
export function findRequest({ queue }: FalSite, app: string, id: string): JobRow | undefined {
  const row = queue.find(id);
  return row && appOf(row.endpoint) === app ? row : undefined;
}

export function submit(
  site: FalSite,
  endpoint: string,
  input: Record<string, unknown>,
  webhook: string | null,
): Answer {
  const { state, queue, faults, origin } = site;
  const model = falModels[endpoint];
  if (!model) return json(404, { detail: `Application '${endpoint}' not found` });
  const image = photoHash(state, `${origin}/cdn`, imagesOf(model, input)[0]);
  const plan = { ...site.plan, ...faults.nextPlan() };
  const { id, position } = queue.add({ endpoint, input, image, webhook, plan });
  for (const name of checkInput(model, input).unknown)
    state.run('insert or ignore into texts values (?, ?)', `unknown ${endpoint}: ${name}`, '');
  return json(
    200,
    { status: 'IN_QUEUE', ...addresses(origin, endpoint, id), queue_position: position },
    { 'x-fal-request-id': id },
  );
}

/** The status object; of the log what comes after the first `logsFrom` lines. */
export function status(
  { queue, origin }: FalSite,
  row: JobRow,
  logsFrom: number | null,
): { body: Record<string, unknown>; done: boolean; lines: number } {
  const urls = addresses(origin, row.endpoint, row.id);
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
  return { body: { status: 'IN_QUEUE', ...urls, queue_position: queue.position(row) }, done: false, lines: 0 };
}

/** Statuses as they change: each has the new lines of the log alone. */
export function statusEvents(site: FalSite, app: string, id: string, logs: boolean) {
  let lines = 0;
  let last = '';
  return (): { body: unknown; last: boolean } | undefined => {
    const row = findRequest(site, app, id);
    if (!row) return undefined;
    const now = status(site, row, logs ? lines : null);
    const state = JSON.stringify([now.body['status'], now.body['queue_position'], now.lines]);
    if (state === last) return undefined;
    last = state;
    lines = now.lines;
    return { body: now.body, last: now.done };
  };
}

export function result({ options }: FalSite, row: JobRow): Answer {
  const headers = { 'x-fal-request-id': row.id };
  if (row.ended_at === null || row.answer === null)
    return json(400, { detail: 'Request is still in progress' }, headers);
  if (row.ended_at + options.resultTtlMs < Date.now()) return json(404, { detail: 'Request not found' }, headers);
  const kept = JSON.parse(row.answer) as { status: number; headers: Record<string, string>; body: string };
  return { status: kept.status, headers: { ...kept.headers, ...headers }, body: Buffer.from(kept.body) };
}

export function cancel({ queue }: FalSite, row: JobRow): Answer {
  const headers = { 'x-fal-request-id': row.id };
  return queue.cancel(row)
    ? json(202, { status: 'CANCELLATION_REQUESTED' }, headers)
    : json(400, { status: 'ALREADY_COMPLETED' }, headers);
}

function appOf(endpoint: string): string {
  return endpoint.split('/').slice(0, 2).join('/');
}

function addresses(origin: string, endpoint: string, id: string): Record<string, string> {
  const url = `${origin}/queue/${appOf(endpoint)}/requests/${id}`;
  return { request_id: id, response_url: url, status_url: `${url}/status`, cancel_url: `${url}/cancel` };
}

/** What the model has printed so far: a few lines, spread over its time. */
function logOf(row: JobRow) {
  const startedAt = row.started_at;
  if (startedAt === null) return [];
  const { runMs } = planOf(row);
  const share = runMs <= 0 || row.ended_at !== null ? 1 : (Date.now() - startedAt) / runMs;
  const lines: [at: number, message: string][] = [
    [0, 'Loading weights …'],
    [0.2, 'Sampling:  20%|██        | 10/50'],
    [0.5, 'Sampling:  50%|█████     | 25/50'],
    [0.8, 'Sampling:  80%|████████  | 40/50'],
    [0.95, 'Größe geprüft, Netz wird geschrieben ✓'],
  ];
  return lines
    .filter(([at]) => at <= share)
    .map(([at, message]) => ({
      message,
      level: 'INFO',
      source: 'USER',
      timestamp: new Date(startedAt + at * runMs).toISOString(),
    }));
}
