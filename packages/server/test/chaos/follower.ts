import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, isEnding } from '@image2model/protocol';
import type { ModelFile, TaskEvent, TaskEventType } from '@image2model/protocol';
import { createParser } from 'eventsource-parser';

/** What a client saw of one task over all its connections. */
export interface Followed {
  taskId: string;
  ending: TaskEvent | undefined;
  /** How each file ended, by its id. */
  files: Map<string, { status: string; result: ModelFile | undefined; code: string | undefined }>;
  connections: number;
  events: number;
  /** Promises of the stream that were broken. */
  complaints: string[];
}

/**
 * Follows a task as an `EventSource` does, with the cursor of the last event, through whatever happens to the server,
 * until the ending; and once more after it, which has to be answered with 204.
 */
export async function follow(url: () => string, taskId: string, signal: AbortSignal): Promise<Followed> {
  const seen = new Watcher(taskId);
  while (!signal.aborted) {
    try {
      const headers = seen.last > 0 ? { 'last-event-id': String(seen.last) } : undefined;
      const response = await fetch(`${url()}/api/v1/status/tasks/${taskId}/stream`, {
        signal,
        ...(headers && { headers }),
      });
      if (seen.followed.ending !== undefined && response.status < 500) {
        if (response.status !== 204) seen.complain(`${response.status} after the ending`);
        await response.body?.cancel();
        return seen.followed;
      }
      if (response.status === 200 && response.body) await seen.read(response.body);
      else if (response.status < 500) seen.complain(`the stream was answered with ${response.status}`);
      else await response.body?.cancel();
    } catch {
      // The server is gone for the moment.
    }
    await sleep(60, undefined, { signal }).catch(() => undefined);
  }
  return seen.followed;
}

class Watcher {
  readonly followed: Followed;
  last = 0;
  readonly #progress = new Map<string, number>();

  constructor(taskId: string) {
    this.followed = { taskId, ending: undefined, files: new Map(), connections: 0, events: 0, complaints: [] };
  }

  async read(body: ReadableStream<Uint8Array>): Promise<void> {
    this.followed.connections += 1;
    const parser = createParser({
      onEvent: ({ event, data, id }) => this.#see({ type: event as TaskEventType, data: JSON.parse(data) }, id),
    });
    const decoder = new TextDecoder();
    for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }));
  }

  complain(complaint: string): void {
    this.followed.complaints.push(`task ${this.followed.taskId}: ${complaint}`);
  }

  #see(event: TaskEvent, id: string | undefined): void {
    const { followed } = this;
    const { type, data } = event;
    followed.events += 1;
    if (id !== String(data.sequence)) this.complain(`id ${id} on sequence ${data.sequence}`);
    if (data.task_id !== followed.taskId) this.complain(`an event of ${data.task_id}`);
    if (data.sequence <= this.last) this.complain(`sequence ${data.sequence} after ${this.last}`);
    if (followed.ending !== undefined) this.complain(`${type} after the ending`);
    this.last = data.sequence;
    if (isEnding(type)) followed.ending = event;
    if (type === 'task_progress') this.#rising('task', data.progress);
    if (type !== 'file_update') return;
    this.#rising(data.file_id, data.progress);
    if (followed.files.has(data.file_id)) this.complain(`${data.status} of file ${data.file_id} after its ending`);
    if (!hasEnded(data.status)) return;
    followed.files.set(data.file_id, { status: data.status, result: data.result, code: data.details?.code });
  }

  #rising(what: string, progress: number): void {
    const before = this.#progress.get(what) ?? 0;
    if (progress < before) this.complain(`progress of ${what} went from ${before} to ${progress}`);
    this.#progress.set(what, progress);
  }
}
