import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, initialTaskState, isEnding, reduceTask } from '@image2model/protocol';
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
 * until the ending. Asked once more after it, the server has to answer 204; and to a client that comes late, with what
 * this one saw.
 */
export async function follow(url: () => string, taskId: string, signal: AbortSignal): Promise<Followed> {
  const seen = new Watcher(taskId);
  const { followed } = seen;
  const stream = async (cursor: number): Promise<Response | undefined> => {
    const headers = cursor > 0 ? { 'last-event-id': String(cursor) } : undefined;
    const response = await fetch(`${url()}/api/v1/status/tasks/${taskId}/stream`, {
      signal,
      ...(headers && { headers }),
    });
    if (response.status < 500) return response;
    await response.body?.cancel();
    return undefined;
  };
  const steps = [
    async () => {
      const response = await stream(seen.cursor);
      if (response?.status === 200) await seen.read(response);
      else if (response?.status === 404) return seen.lose();
      else if (response) seen.complain(`the stream was answered with ${response.status}`);
      return followed.ending !== undefined;
    },
    async () => {
      const response = await stream(seen.cursor);
      if (response && response.status !== 204) seen.complain(`${response.status} after the ending`);
      await response?.body?.cancel();
      return response !== undefined;
    },
    async () => {
      const response = await stream(0);
      return response !== undefined && (await seen.compare(response));
    },
  ];
  while (!signal.aborted && steps.length > 0 && !seen.isLost) {
    // What fails is asked again: the server is gone for the moment.
    const isDone = await steps[0]?.().catch(() => false);
    if (isDone) steps.shift();
    else await sleep(60, undefined, { signal }).catch(() => undefined);
  }
  return followed;
}

interface Received {
  type: TaskEventType;
  text: string;
  id: string | undefined;
}

class Watcher {
  readonly followed: Followed;
  /** Of the last event that came. */
  cursor = 0;
  isLost = false;
  #newest = 0;
  /** What came, by sequence: no sequence may be used twice. */
  readonly #texts = new Map<number, string>();
  #state;

  constructor(taskId: string) {
    this.followed = { taskId, ending: undefined, files: new Map(), connections: 0, events: 0, complaints: [] };
    this.#state = initialTaskState(taskId);
  }

  async read(response: Response): Promise<void> {
    this.followed.connections += 1;
    let before = 0;
    await readEvents(response, (received) => {
      const sequence = Number(received.id);
      if (sequence <= before) this.complain(`sequence ${sequence} after ${before}`);
      before = sequence;
      this.cursor = sequence;
      if (sequence > this.#newest) this.#see(received, sequence);
      // The server has lost the stretch that the cursor was in, which was progress alone: what is newest there is old here.
      else this.#compare(received);
    });
  }

  /** Whether a late client was told all that there is, up to the ending; what it was told must be what this one saw. */
  async compare(response: Response): Promise<boolean> {
    let ended = false;
    await readEvents(response, (received) => {
      this.#compare(received);
      if (!isEnding(received.type)) return;
      ended = true;
      if (!this.#texts.has(Number(received.id))) this.complain('another ending than the one that was seen');
    });
    return ended;
  }

  /** The server does not know the task any more: nobody who has seen its upload accepted may hear that. */
  lose(): boolean {
    this.complain('is not known any more');
    this.isLost = true;
    return false;
  }

  complain(complaint: string): void {
    this.followed.complaints.push(`task ${this.followed.taskId}: ${complaint}`);
  }

  #compare({ text, id }: Received): void {
    const before = this.#texts.get(Number(id));
    if (before !== undefined && before !== text) this.complain(`sequence ${id} was ${before} and is ${text}`);
  }

  #see({ type, text }: Received, id: number): void {
    const { followed } = this;
    const event = { type, data: JSON.parse(text) as unknown } as TaskEvent;
    const { sequence, task_id: taskId } = event.data;
    followed.events += 1;
    if (id !== sequence) this.complain(`id ${id} on sequence ${sequence}`);
    if (taskId !== followed.taskId) this.complain(`an event of ${taskId}`);
    if (followed.ending !== undefined) this.complain(`${type} after the ending`);
    this.#newest = sequence;
    this.#texts.set(sequence, text);
    if (isEnding(type)) followed.ending = event;
    this.#reduce(event);
    if (event.type !== 'file_update') return;
    const { file_id: fileId, status, result, details } = event.data;
    if (followed.files.has(fileId)) this.complain(`${status} of file ${fileId} after its ending`);
    if (hasEnded(status)) followed.files.set(fileId, { status, result, code: details?.code });
  }

  /** As a client does, which shows what the reducer says: neither the task's progress nor a file's goes back there. */
  #reduce(event: TaskEvent): void {
    const before = this.#state;
    this.#state = reduceTask(before, event);
    const { progress, files } = this.#state;
    if (progress < before.progress) this.complain(`progress went from ${before.progress} to ${progress}`);
    for (const file of before.files) {
      const now = files.find((each) => each.file_id === file.file_id)?.progress ?? 0;
      if (now < file.progress) this.complain(`progress of ${file.file_id} went from ${file.progress} to ${now}`);
    }
  }
}

async function readEvents(response: Response, onEvent: (received: Received) => void): Promise<void> {
  const parser = createParser({
    onEvent: ({ event, data, id }) => onEvent({ type: event as TaskEventType, text: data, id }),
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
}
