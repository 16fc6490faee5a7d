import { eventListSchema } from '@image2model/protocol';
import type { EventList, TaskEvent } from '@image2model/protocol';
import { expect } from 'vitest';
import { eventually } from './support.ts';
import type { FeedServer } from './support.ts';

/** Where the events of a task are asked for. */
export const pathOf = ({ taskId }: { taskId: string }): string => `/api/v1/status/tasks/${taskId}/events`;
export const combinedPathOf = (tasks: readonly { taskId: string }[]): string =>
  `/api/v1/status/events?${tasks.map(({ taskId }) => `task_id=${taskId}`).join('&')}`;

export const eventsOf = (list: EventList['events']): TaskEvent[] =>
  list.map(({ event: type, data }) => ({ type, data }) as TaskEvent);

/** A client that polls one server. */
export interface Poller {
  ask(path: string, headers?: Record<string, string>): Promise<Response>;
  /** One poll; undefined where the ending was seen already. The answer has to be what its schema says. */
  poll(path: string, after?: string, more?: string): Promise<EventList | undefined>;
  /** Asks again and again as any client would, until there is nothing left. */
  follow(path: string, after?: string): Promise<EventList['events']>;
  /** Resolves once so many streams and polls are open. */
  waiting(polls?: number): Promise<void>;
}

export function pollerOf(server: Pick<FeedServer, 'port' | 'hub'>): Poller {
  const ask: Poller['ask'] = async (path, headers = {}) =>
    await fetch(`http://127.0.0.1:${server.port}${path}`, { headers });

  const poll: Poller['poll'] = async (path, after, more = '') => {
    const query = after === undefined ? more : `&after=${after}${more}`;
    const response = await ask(path.includes('?') || query === '' ? path + query : `${path}?${query.slice(1)}`);
    if (response.status === 204) return undefined;
    expect(response.status).toBe(200);
    return eventListSchema.parse(await response.json());
  };

  return {
    ask,
    poll,
    async follow(path, after) {
      const events: EventList['events'] = [];
      for (let cursor = after; ;) {
        const page = await poll(path, cursor);
        if (page === undefined) return events;
        events.push(...page.events);
        cursor = page.last_event_id;
      }
    },
    waiting: async (polls = 1) => await eventually(() => server.hub.stats().open === polls),
  };
}
