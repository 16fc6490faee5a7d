import { Connection } from '../../../src/connection.ts';
import type { StreamEvent } from './standard.ts';

/**
 * Runs in a page: reads the streams of a name once with the browser's own `EventSource` and once with our connection, over
 * so many connections. An `EventSource` only reports types that it was asked for.
 */
export async function compare(
  name: string,
  types: readonly string[],
  connections: number,
): Promise<{ native: StreamEvent[]; ours: StreamEvent[] }> {
  const [native, ours] = await Promise.all([
    readNatively(`${location.origin}/api/v1/native/${name}`, types, connections),
    readWithOurs(`${location.origin}/api/v1/ours/${name}`, connections),
  ]);
  return { native, ours };
}

async function readNatively(url: string, types: readonly string[], connections: number): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  const source = new EventSource(url);
  await new Promise<void>((resolve) => {
    let ended = 0;
    const receive = (event: Event): void => {
      if (event instanceof MessageEvent) {
        events.push({ type: event.type, data: event.data as string });
      } else if (event.type === 'error' && ++ended === connections) {
        resolve();
      }
    };
    for (const type of new Set(['message', 'error', ...types])) source.addEventListener(type, receive);
  });
  source.close();
  return events;
}

async function readWithOurs(url: string, connections: number): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  await new Promise<void>((resolve) => {
    let ended = 0;
    const connection = new Connection(
      {
        target: () => ({ url }),
        open: () => undefined,
        message: ({ event, data }) => {
          if (data === undefined) return undefined;
          events.push({ type: event ?? 'message', data });
          return false;
        },
        reconnecting: () => {
          if (++ended < connections) return;
          connection.close();
          resolve();
        },
        end: () => resolve(),
      },
      {},
    );
  });
  return events;
}

Object.assign(globalThis, { compare });
