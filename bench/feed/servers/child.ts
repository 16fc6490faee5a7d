import type { AddressInfo, Server } from 'node:net';
import process from 'node:process';

/** A server under test, in a process of its own. */
export interface Subject {
  port: number;
  /** The stream of each task. */
  paths: string[];
  headers: Record<string, string>;
  /** Has something happen in a task. `message` stands in the event's data. */
  emit(task: number, message: string): void;
}

/** What the load asks of a server's process, one at a time. */
export type Order =
  | { do: 'start'; tasks: number; gathers: boolean }
  | { do: 'produce'; perSecond: number; seconds: number }
  | { do: 'usage' };

export type Answer =
  | { did: 'start'; port: number; paths: string[]; headers: Record<string, string> }
  | { did: 'produce'; events: number }
  | { did: 'usage'; cpuMicros: number; rssBytes: number };

/**
 * Obeys the load over the channel to the parent process. `gathers` says that mere progress may wait for more, where a
 * server can do that.
 */
export function serveBench(create: (tasks: number, gathers: boolean) => Promise<Subject>): void {
  let subject: Subject;
  /** CPU time that went into collecting all garbage at once: the measurement's work, and not the server's. */
  let collecting = 0;
  process.on('message', (order: Order) => void obey(order).then((answer) => process.send?.(answer)));

  // Not left behind by a load that was stopped.
  process.on('disconnect', () => process.exit(0));

  async function obey(order: Order): Promise<Answer> {
    switch (order.do) {
      case 'start': {
        subject = await create(order.tasks, order.gathers);
        const { port, paths, headers } = subject;
        return { did: 'start', port, paths, headers };
      }
      case 'produce':
        return { did: 'produce', events: await produce(subject, order.perSecond, order.seconds) };
      case 'usage': {
        const before = cpuMicros();
        globalThis.gc?.();
        const answer = { did: 'usage', cpuMicros: before - collecting, rssBytes: process.memoryUsage.rss() } as const;
        collecting += cpuMicros() - before;
        return answer;
      }
    }
  }
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/**
 * Each event has a time at which it is due, at an even pace, task after task; when the loop is late, all that is due
 * leaves together. Delays are told from the due time, so a server that falls behind cannot hide it. Resolves to how
 * many events there were in time: a server too slow to write them all writes fewer.
 */
async function produce(subject: Subject, perSecond: number, seconds: number): Promise<number> {
  const total = Math.floor(perSecond * seconds);
  const start = nowMs();
  let made = 0;
  while (made < total && nowMs() - start < seconds * 1000 * 1.25) {
    const due = Math.min(total, Math.floor(((nowMs() - start) / 1000) * perSecond) + 1);
    const until = nowMs() + 50;
    // A turn never lasts longer than this, or sockets would starve.
    for (; made < due && nowMs() < until; made += 1) {
      const dueAt = start + (made / perSecond) * 1000;
      const message = `due=${dueAt.toFixed(3)} made=${nowMs().toFixed(3)} Building`;
      subject.emit(made % subject.paths.length, message);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return made;
}

/** A clock that all processes of a machine share. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The data of an event, the same for all: about 310 bytes. */
export function eventData(task: number, sequence: number, message: string): object {
  return {
    task_id: `01a20412-a5de-7059-8577-${String(task).padStart(12, '0')}`,
    sequence,
    timestamp: Date.now(),
    file_id: `01a20412-a5de-705a-8729-${String(task).padStart(12, '0')}`,
    filename: 'photo-of-a-chair-from-the-front.png',
    status: 'processing',
    progress: 50,
    message,
  };
}

/** An event as a peer sends it; `type` is always the same. */
export interface PeerEvent {
  id: string;
  event: 'file_update';
  data: object;
}

/** A bare server as a subject. Its streams are at `/tasks/7/stream`: it has no database to look a task up in. */
export async function createPeer(
  server: Pick<Server, 'listen' | 'address'>,
  tasks: number,
  send: (task: number, event: PeerEvent) => void,
): Promise<Subject> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  let sequence = 0;
  return {
    port: (server.address() as AddressInfo).port,
    paths: Array.from({ length: tasks }, (_, task) => `/tasks/${task}/stream`),
    headers: { accept: 'text/event-stream' },
    emit(task, message) {
      sequence += 1;
      send(task, { id: String(sequence), event: 'file_update', data: eventData(task, sequence, message) });
    },
  };
}

export function taskOf(url: string): number {
  return Number(/\/tasks\/(\d+)\//.exec(url)?.[1] ?? 0);
}
