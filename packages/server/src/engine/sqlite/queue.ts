import { randomUUID } from 'node:crypto';
import type { ClaimOptions, Cleanups, Lease, Queue } from '../contract.ts';
import type { Core } from './core.ts';
import type { Handle } from './handle.ts';
import { toImage } from './rows.ts';

/** Files on their way to a worker and back. */
export function queueOf(handle: Handle): Queue {
  return {
    async claim(options) {
      const { core } = handle;
      const lease = claim(core, options);
      // What a worker stores must be of a job that no power cut takes back.
      if (lease) await core.sync.settled(lease.taskId);
      return lease;
    },

    async renew(tokens, leaseMs) {
      const { core } = handle;
      const isHeld = (token: string) => core.live.placeOf(token) !== undefined;
      const held = tokens.filter(isHeld);
      if (held.length > 0) core.changes.renew(held, leaseMs);
      return tokens.filter((token) => !isHeld(token)).map((token) => ({ token, why: core.changes.lost.why(token) }));
    },

    async report(token, progress, message) {
      return handle.core.changes.report({ type: 'reported', token, progress, message });
    },

    async remember(token, remembered) {
      return await handle.core.changes.remember(token, remembered);
    },

    async finish(token, ending) {
      return await handle.core.changes.changeLeased(token, { type: 'finished', token, ending });
    },

    async release(token, options) {
      return await handle.core.changes.changeLeased(token, { type: 'released', token, options });
    },

    async offer(models, places) {
      const { session, changes, outlook } = handle.core;
      outlook.offer(models, places);
      const offered = JSON.stringify(models);
      await session.durable(() => {
        const waiting = [...session.all('waitingToOffer', offered), ...session.all('delayedToOffer', offered)];
        const tasks = new Map(waiting.map(({ place, model }) => [place, models.includes(model)]));
        for (const [place, isOffered] of tasks) changes.change(place, { type: 'offered', isOffered });
      });
    },

    onWork: (listener) => handle.keep(handle.core.signals.onWork.add(listener)),
    onCancel: (listener) => handle.keep(handle.core.signals.onCancel.add(listener)),

    async typicalSeconds(model) {
      return handle.core.durations.typical(model) ?? null;
    },

    async secondsLeft(taskId) {
      const { session, live, outlook } = handle.core;
      const row = session.get('task', taskId);
      if (!row || row.finishedAt !== null) return null;
      const { facts, state } = live.take(row.place);
      return outlook.estimate(facts, state) ?? null;
    },
  };
}

/** What is left to be done outside the engine. */
export function cleanupsOf(handle: Handle): Cleanups {
  return {
    async addCleanup(cleanup, delayMs = 0) {
      const { session, cleanups } = handle.core;
      await session.durable(() => cleanups.add({ cleanup, delayMs }));
    },

    async claimCleanup({ worker, leaseMs, models }) {
      const { sync, cleanups } = handle.core;
      const lease = cleanups.claim(worker, leaseMs, models);
      // What it undoes must not come back.
      if (lease) await sync.settled();
      return lease;
    },

    async finishCleanup(token) {
      await handle.core.cleanups.finish(token);
    },

    async retryCleanup(token, delayMs) {
      handle.core.cleanups.retry(token, delayMs);
    },
  };
}

function claim(core: Core, { worker, leaseMs, models }: ClaimOptions): Lease | undefined {
  const { session, live } = core;
  const open = models.filter(({ id, maxRunning = Infinity }) => live.running(id) < maxRunning);
  if (open.length === 0) return undefined;
  const found = nextFile(core, JSON.stringify(open.map(({ id }) => id)));
  if (!found) return undefined;
  const { place, fileId } = found;
  const token = randomUUID();
  core.changes.claim(place, { type: 'claimed', fileId, token, worker, leaseMs });
  const { facts, state } = live.take(place);
  const stored = session.get('file', fileId);
  const file = state.files.find((each) => each.fileId === fileId);
  if (!stored || !file) throw new Error(`no file ${fileId}`);
  const { taskId, jobId, owner, model, faceLimit } = facts;
  return {
    token,
    taskId,
    jobId,
    owner,
    model,
    faceLimit,
    file: toImage(stored),
    filenames: session.all('filenames', jobId),
    options: JSON.parse(facts.options) as Record<string, unknown>,
    attempt: file.attempts,
    remembered: file.remembered,
  };
}

function nextFile({ session }: Core, models: string): { place: number; fileId: string } | undefined {
  // What was begun at a provider goes on there without us, is paid for, and is not kept for ever: it comes first.
  const begun = session.get('begunFile', models);
  if (begun) return begun;
  const task = session.get('nextTask', models);
  const file = task && session.get('waitingFile', task.place);
  return file && { ...task, ...file };
}
