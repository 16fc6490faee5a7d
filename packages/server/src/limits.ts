import { readFileSync } from 'node:fs';
import process from 'node:process';

/** What the open files that this process may have are shared out to. */
export interface Limits {
  /** Open files and connections that the system allows altogether; `Infinity` where it sets no limit. */
  descriptors: number;
  /** Connections altogether. The rest is kept for the database, files, threads and what this server asks of others. */
  maxConnections: number;
  /** Connections among them that have no valid request: silent, half-sent, refused, or kept for a next one. */
  maxIdleConnections: number;
  /** Connections among them that may be event streams: others still get through beside so many. */
  maxStreams: number;
}

/** So many open files it takes to answer requests and make a model at a time. */
export const minDescriptors = 64;

/** Shares out what the system allows this process. Node has raised the soft limit to the hard one when this runs. */
export function readLimits(descriptors: number = descriptorLimit()): Limits {
  const reserved = Math.min(2048, Math.max(96, Math.floor(descriptors / 4)));
  const maxConnections = Math.max(16, descriptors - reserved);
  return {
    descriptors,
    maxConnections,
    maxIdleConnections: Math.min(4096, Math.max(8, Math.floor(maxConnections / 4))),
    maxStreams: maxConnections - Math.min(1024, Math.max(8, Math.floor(maxConnections / 8))),
  };
}

/** The soft limit of open files of this process. */
function descriptorLimit(): number {
  return fromProc() ?? fromReport() ?? Infinity;
}

function fromProc(): number | undefined {
  let text: string;
  try {
    text = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    // Not Linux, or nothing is left to open this with.
    return undefined;
  }
  return toNumber(/^Max open files\s+(\S+)/m.exec(text)?.[1]);
}

/** Slower, and known on every system that has such limits. */
function fromReport(): number | undefined {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  return toNumber(String(userLimits?.open_files?.soft));
}

function toNumber(text: string | undefined): number | undefined {
  if (text === 'unlimited') return Infinity;
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
