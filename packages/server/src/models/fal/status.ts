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
  if (typeof value !== 'object' || value === null || !('status' in value)) return undefined;
  const { status } = value;
  if (status !== 'IN_QUEUE' && status !== 'IN_PROGRESS' && status !== 'COMPLETED') return undefined;
  const fields: Record<string, unknown> = { ...value };
  const { queue_position: position, logs, error, error_type: type } = fields;
  return {
    status,
    queuePosition: Number.isSafeInteger(position) && Number(position) >= 0 ? Number(position) : undefined,
    percent: Array.isArray(logs) ? percentInLog(logs.map(textOf)) : undefined,
    failed: (error !== undefined && error !== null) || (type !== undefined && type !== null),
  };
}

/** How far a request is. fal counts positions from 0. */
export function progressOf({ status, queuePosition, percent }: FalStatus): RemoteProgress {
  if (status !== 'IN_QUEUE') return { state: 'running', fraction: percent };
  return { state: 'queued', position: queuePosition === undefined ? undefined : queuePosition + 1 };
}

function textOf(line: unknown): unknown {
  return typeof line === 'object' && line !== null && 'message' in line ? line.message : undefined;
}
