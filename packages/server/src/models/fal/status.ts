import { fieldOf } from '../remote/json-client.ts';
import { percentInLog } from '../remote/log-percent.ts';
import type { RemoteProgress } from '../remote/remote-job.ts';

/** A status of fal as far as it is looked at. */
export interface FalStatus {
  status: 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED';
  queuePosition: number | undefined;
  /** The highest percentage in its log, 0 to 1. */
  percent: number | undefined;
  /** Whether it says that the request failed. */
  failed: boolean;
}

/** Reads a status object; undefined where it is none. */
export function readStatus(value: unknown): FalStatus | undefined {
  const status = fieldOf(value, 'status');
  if (status !== 'IN_QUEUE' && status !== 'IN_PROGRESS' && status !== 'COMPLETED') return undefined;
  const position = fieldOf(value, 'queue_position');
  const logs = fieldOf(value, 'logs');
  return {
    status,
    queuePosition: Number.isSafeInteger(position) && Number(position) >= 0 ? Number(position) : undefined,
    percent: Array.isArray(logs) ? percentInLog(logs.map((line) => fieldOf(line, 'message'))) : undefined,
    failed: (fieldOf(value, 'error') ?? fieldOf(value, 'error_type') ?? null) !== null,
  };
}

/** How far a request is. fal counts positions from 0. */
export function progressOf({ status, queuePosition, percent }: FalStatus): RemoteProgress {
  if (status !== 'IN_QUEUE') return { state: 'running', fraction: percent };
  return { state: 'queued', position: queuePosition === undefined ? undefined : queuePosition + 1 };
}
