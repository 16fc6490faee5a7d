import { isEnding } from '@image2model/protocol';
import type { RunningProxy } from '../support/proxy.ts';

/** What a client has seen of its task through a proxy. */
export interface Follower {
  readonly taskId: string;
  /** Of every event that it was given, in that order. */
  readonly sequences: readonly number[];
  /** How often it was told the task's end. */
  readonly endings: number;
  /** Resolves at the task's end to nothing, or to why it gave up. */
  readonly ended: Promise<unknown>;
}

/** Where a client asks, and for what. */
export interface Target extends Pick<RunningProxy, 'url' | 'cleartextHttp2'> {
  readonly key: string;
  readonly tasks: readonly [string, string];
}

/** The address of a task's stream, with the key in it for clients that send no header. */
export function streamUrl({ url, key }: Target, taskId: string): string {
  return `${url}/api/v1/status/tasks/${taskId}/stream?api_key=${key}`;
}

/** The names of all events, for clients that want to be told. */
export const eventTypes = ['task_progress', 'file_update', 'task_completed', 'task_failed', 'task_cancelled'] as const;

export type EventType = (typeof eventTypes)[number];

/** One that a client writes down what it sees in. */
export function createFollower(taskId: string) {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const sequences: number[] = [];
  return {
    taskId,
    sequences,
    endings: 0,
    ended: promise,
    /** Writes an event down, and whether it is the last one of its task. */
    record(type: EventType, data: string): boolean {
      sequences.push((JSON.parse(data) as { sequence: number }).sequence);
      if (!isEnding(type)) return false;
      this.endings += 1;
      resolve(undefined);
      return true;
    },
    fail: resolve,
  };
}
