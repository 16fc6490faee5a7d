import { setTimeout as sleep } from 'node:timers/promises';
import { ShortageError } from '../../shortage.ts';
import type { Engine } from '../contract.ts';

/** How long a call waits for a database that another program holds, in ms. */
const patienceMs = 2000;
const againMs = 25;

/** What has no time to wait, does not touch the database, or runs what is not the engine's own. */
const impatient: ReadonlySet<string> = new Set<keyof Engine>([
  'report',
  'subscribe',
  'onWork',
  'onCancel',
  'onLoginEnded',
  'exclusively',
  'close',
]);

type Method = (...given: unknown[]) => Promise<unknown>;

/**
 * Has the calls of an engine wait for a database that is locked. SQLite itself would wait on the main thread, and every
 * stream and every other request with it. A call that was refused has changed nothing, so it is simply repeated.
 */
export function patient(engine: Engine): Engine {
  const methods = Object.entries(engine).map(([name, method]) => {
    return [name, impatient.has(name) ? method : waiting(method as Method)] as const;
  });
  return Object.fromEntries(methods) as unknown as Engine;
}

function waiting(method: Method): Method {
  return async (...given) => {
    for (let left = patienceMs; ; left -= againMs) {
      try {
        return await method(...given);
      } catch (error) {
        if (!(error instanceof ShortageError && error.short === 'database') || left <= 0) throw error;
      }
      await sleep(againMs);
    }
  };
}
