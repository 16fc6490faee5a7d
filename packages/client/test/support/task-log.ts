import { encodeEvent, initialTaskState, isEnding, reduceTask } from '@image2model/protocol';
import type { FileStatus, MessageRef, TaskEvent, TaskState } from '@image2model/protocol';
import { randomUUID } from 'node:crypto';
import { eventKey } from '../../src/event-log.ts';

const now = 1_800_000_000_000;

/**
 * A task of the test server, with the event log that the protocol describes. Of events before the last `tail` ones it
 * keeps only the newest of the task and of each file.
 */
export class TaskLog {
  readonly taskId = randomUUID();
  readonly jobId = randomUUID();
  readonly fileIds: string[];
  readonly #tail: number;
  readonly #readers = new Set<(frame: string, ended: boolean) => void>();
  #entries: TaskEvent[] = [];
  #sequence = 0;
  state: TaskState;

  constructor(files = 1, tail = 1000) {
    this.fileIds = Array.from({ length: files }, () => randomUUID()).sort();
    this.#tail = tail;
    this.state = initialTaskState(this.taskId);
  }

  get ended(): boolean {
    return this.#entries.some(({ type }) => isEnding(type));
  }

  get sequence(): number {
    return this.#sequence;
  }

  progress(progress: number, message = 'Working'): void {
    const total = this.fileIds.length;
    const base = { ...this.#base(), job_id: this.jobId, current: 0, total, total_files: total };
    this.#append({ type: 'task_progress', data: { ...base, status: 'processing', progress, message } });
  }

  file(index: number, status: FileStatus, progress: number, message = 'Working ü 🚀', ref: MessageRef = {}): void {
    const file = { file_id: this.fileIds[index] ?? '', filename: `photo-${index}.png` };
    this.#append({ type: 'file_update', data: { ...this.#base(), ...file, status, progress, message, ...ref } });
  }

  complete(): void {
    const total = this.fileIds.length;
    const counts = { total_files: total, successful_files: total, failed_files: 0, processing_time: 1.5 };
    const result = { job_id: this.jobId, ...counts };
    this.#append({ type: 'task_completed', data: { ...this.#base(), job_id: this.jobId, result } });
  }

  fail(error = 'No image became a model'): void {
    const details = { code: 'ALL_FILES_FAILED' };
    this.#append({ type: 'task_failed', data: { ...this.#base(), job_id: this.jobId, error, details } });
  }

  cancel(): void {
    this.#append({ type: 'task_cancelled', data: { ...this.#base(), job_id: this.jobId, message: 'Cancelled' } });
  }

  /** The frames that a client with this cursor has missed; `undefined` if it has seen the last event. */
  replay(cursor: number | undefined): string[] | undefined {
    const known = cursor !== undefined && cursor <= this.#sequence ? cursor : undefined;
    if (this.ended && known === this.#sequence) return undefined;
    if (known !== undefined) return this.#entries.filter(({ data }) => data.sequence > known).map(encodeEvent);
    return this.#newest().map(encodeEvent);
  }

  subscribe(reader: (frame: string, ended: boolean) => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  get readers(): number {
    return this.#readers.size;
  }

  #base() {
    return { task_id: this.taskId, sequence: ++this.#sequence, timestamp: now + this.#sequence };
  }

  #append(event: TaskEvent): void {
    this.#entries.push(event);
    const kept = new Set(this.#newest());
    const from = this.#entries.length - this.#tail;
    this.#entries = this.#entries.filter((entry, index) => index >= from || kept.has(entry));
    this.state = reduceTask(this.state, event);
    for (const reader of this.#readers) reader(encodeEvent(event), isEnding(event.type));
  }

  #newest(): TaskEvent[] {
    const byKey = new Map<string, TaskEvent>();
    for (const event of this.#entries) {
      byKey.delete(eventKey(event));
      byKey.set(eventKey(event), event);
    }
    return [...byKey.values()];
  }
}
